(** Theorem 4 said of random sequences alone (docs/theory.md#free.feasible): what a lag costs where the direction is
    differentiable and the samples are independent.

    F is the gradient, n the noise, b the staleness and e the drift; g = F + n is the fresh direction.  The staleness is
    b = bv + bn + rem: its derivative, taken at the frozen point of D updates ago, of the coherent and of the noisy
    displacement, and what is not linear.  u = e + rho^2 g meets the staleness in the energy of the error; it is u0,
    made at the frozen point, and what left it, p1 through the direction and p2 through the weight that the device
    sees. *)

From Coq Require Import Reals Lra Lia List Psatz.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Sequences Master FrozenRules.
From Analog Require Trajectory.
Import ListNotations.
Local Open Scope R_scope.

(** * The terms *)

(** How far a window of D updates reaches, over alpha. *)
Definition omega (D Y sigma : R) : R := D * Y + sqrt D * sigma.
(** Root of A + sigma^2 + phi0, the mean energy of what is read at the frozen point. *)
Definition frozen_radius (sigma phi0 A : R) : R := sqrt (A + sigma ^ 2 + phi0).
Definition kappa (rho ell nu theta1 nuhat R0 : R) : R := rho * (1 + rho) * ell * nu + theta1 * nuhat * R0.
Definition curved (rho Gamma H2 HJ : R) : R := rho * (1 + rho) * Gamma * (H2 + 2 * HJ).

Definition e0 (alpha rho nu kappa eta D sigma : R) : R :=
  alpha ^ 2 * ((1 + rho ^ 2) * nu ^ 2 + 2 * sqrt D * sigma * kappa + eta * D * sigma ^ 2).
Definition e1 (alpha rho Lambda1 nu kappa eta D sigma : R) : R :=
  alpha ^ 2 * (2 * (1 + rho + rho ^ 2) * Lambda1 * nu + 2 * D * kappa + 2 * eta * D * sqrt D * sigma).
Definition e2 (alpha eta D : R) : R := alpha ^ 2 * eta * D ^ 2.

(** Theorem 4: (i4), (ii) and |a| <= Y. *)
Definition feasible_free (p x sigma saturated q e0 e1 e2 A Y a : R) : Prop :=
  0 <= Y /\ Rabs a <= Y /\
  A + Y ^ 2 - 2 * a * sqrt A <= (saturated + q * Y) ^ 2 + e0 + e1 * Y + e2 * Y ^ 2 /\
  a * sqrt A <= p + x / 2 * (Y ^ 2 + sigma ^ 2) + x * sigma * sqrt (Y ^ 2 - a ^ 2).

(** * The energy of the error *)

Section geometry.
  Context {H : space}.
  Variables F n b e : H.
  Variables rho far : R.
  Hypothesis rho_nonneg : 0 <= rho.
  Let g := plus F n.
  Let u := plus e (scal (rho ^ 2) g).
  Hypothesis fresh : norm g <= far.
  Hypothesis drift : norm e <= rho * norm (plus g b).

  (** Step 2: the cross terms of the drift and of the staleness are one product with u. *)
  (* Claim: free.split *)
  Theorem error_split : norm (plus b e) ^ 2 <= rho ^ 2 * far ^ 2 + 2 * inner u b + (1 + rho ^ 2) * norm b ^ 2.
  Proof.
    pose proof (pow_incr _ _ 2 (conj (norm_nonneg e) drift)) as E. rewrite Rpow_mult_distr, !norm_sq in E.
    pose proof (pow_incr _ _ 2 (conj (norm_nonneg g) fresh)) as Gq. rewrite norm_sq in Gq.
    rewrite (inner_plus g b), !inner_plus_r, (inner_sym b g) in E.
    apply (Rmult_le_compat_l (rho ^ 2)) in Gq; [|apply pow2_ge_0].
    rewrite !norm_sq. unfold u. rewrite !inner_plus, !inner_plus_r, inner_scal, (inner_sym b e). lra.
  Qed.

  Variable B : R.
  Hypothesis stale : norm b <= B.

  Lemma drift_and_fresh : norm u <= rho * (1 + rho) * far + rho * B.
  Proof.
    unfold u. apply Rle_trans with (1 := minkowski _ _). rewrite norm_scal, Rabs_pos_eq by apply pow2_ge_0.
    pose proof (Rmult_le_compat_l (rho ^ 2) _ _ (pow2_ge_0 _) fresh).
    pose proof (Rmult_le_compat_l rho _ _ rho_nonneg (Rle_trans _ _ _ (minkowski g b) (Rplus_le_compat _ _ _ _ fresh
      stale))). lra.
  Qed.

  (** Step 4. *)
  (* Claim: free.coherent *)
  Theorem coherent_product (bv : H) beta : norm bv <= beta -> inner u bv <= (rho * (1 + rho) * far + rho * B) * beta.
  Proof. intros L. apply inner_le_product; [exact drift_and_fresh | exact L]. Qed.

  Variables bv bn rem u0 p1 p2 : H.
  Hypothesis parts : forall w, inner b w = inner bv w + inner bn w + inner rem w.
  Hypothesis leaves : forall w, inner u w = inner u0 w + inner p1 w + inner p2 w.
  Hypothesis orthogonal : inner u0 bn = 0.

  (** Steps 3 and 6: the product with u, part by part. *)
  Theorem product_split beta first second rest : norm bv <= beta -> inner p1 bn <= first -> inner p2 bn <= second ->
    inner u rem <= rest -> inner u b <= (rho * (1 + rho) * far + rho * B) * beta + first + second + rest.
  Proof.
    intros Lv L1 L2 Lr. pose proof (coherent_product bv beta Lv) as C. pose proof (leaves bn) as S.
    rewrite (inner_sym u b), parts, (inner_sym bv), (inner_sym bn u), (inner_sym rem u). lra.
  Qed.
End geometry.

(** Step 7: what the change of the direction makes of u.  [ice] is the direction at the frozen point, [settled] the
    drift that it has at the current weights. *)
(* Claim: free.first_order *)
Theorem first_product {H : space} (g b e ice settled bn : H) rho far near : 0 <= rho ->
  norm (plus e (scal (-1) settled)) <= rho * norm (plus (plus g b) (scal (-1) ice)) ->
  norm (plus (plus g b) (scal (-1) ice)) <= far -> norm (plus g (scal (-1) ice)) <= far -> norm bn <= near ->
  let p1 := plus (plus e (scal (-1) settled)) (scal (rho ^ 2) (plus g (scal (-1) ice))) in
  norm p1 <= rho * (1 + rho) * far /\ inner p1 bn <= rho * (1 + rho) * far * near.
Proof.
  intros Hr Drift Stale Fresh Near p1. assert (P1 : norm p1 <= rho * (1 + rho) * far).
  { unfold p1. apply Rle_trans with (1 := minkowski _ _). rewrite norm_scal, Rabs_pos_eq by apply pow2_ge_0.
    pose proof (Rmult_le_compat_l _ _ _ Hr Stale). pose proof (Rmult_le_compat_l _ _ _ (pow2_ge_0 rho) Fresh). lra. }
  split; [exact P1 | now apply inner_le_product].
Qed.

(** Steps 11 and 12: (i4). *)
Theorem near_but_for_squares {H : space} (F n b e bv bn rem u0 p1 p2 : H)
  rho alpha Lambda1 nu sigma D ell theta1 nuhat R0 Gamma H2 HJ :
  0 <= rho -> 0 < alpha -> 0 <= Lambda1 -> 0 <= nu -> 0 <= D ->
  let v := plus F (plus b e) in let u := plus e (scal (rho ^ 2) (plus F n)) in let Y := norm v in
  let k := kappa rho ell nu theta1 nuhat R0 in let eta := curved rho Gamma H2 HJ in
  norm (plus F n) <= radius sigma (norm F ^ 2) ->
  norm e <= rho * norm (plus (plus F n) b) ->
  norm b <= alpha * (Lambda1 * Y + nu) ->
  (forall w, inner b w = inner bv w + inner bn w + inner rem w) ->
  (forall w, inner u w = inner u0 w + inner p1 w + inner p2 w) ->
  norm bv <= alpha * (Lambda1 * Y) ->
  inner u0 bn = 0 ->
  inner p1 bn <= rho * (1 + rho) * (ell * (alpha * omega D Y sigma)) * (alpha * nu) ->
  inner p2 bn <= theta1 * (alpha * omega D Y sigma) * (alpha * nuhat * R0) ->
  inner u rem <= rho * (1 + rho) * Gamma * ((H2 / 2 + HJ) * (alpha * omega D Y sigma) ^ 2) ->
  norm F ^ 2 + Y ^ 2 - 2 * inner F v
    <= (rho * radius sigma (norm F ^ 2) + (1 + rho) * alpha * Lambda1 * Y) ^ 2 + e0 alpha rho nu k eta D sigma
      + e1 alpha rho Lambda1 nu k eta D sigma * Y + e2 alpha eta D * Y ^ 2.
Proof.
  intros Hr Ha HL Hn HD v u Y k eta G E B Parts Leaves Bv O P1 P2 Rem.
  assert (HY : 0 <= Y) by apply norm_nonneg.
  replace (norm F ^ 2 + Y ^ 2 - 2 * inner F v) with (norm (plus b e) ^ 2) by (symmetry; apply polarise).
  apply Rle_trans with (1 := error_split F n b e rho _ G E).
  pose proof (product_split F n b e rho _ Hr G E _ B bv bn rem u0 p1 p2 Parts Leaves O _ _ _ _ Bv P1 P2 Rem) as I.
  fold u in I. fold u.
  pose proof (pow_incr _ _ 2 (conj (norm_nonneg b) B)) as B2.
  apply (Rmult_le_compat_l (1 + rho ^ 2)) in B2; [|pose proof (pow2_ge_0 rho); lra].
  fold v. fold Y. set (Rad := radius sigma (norm F ^ 2)) in *.
  assert (Sq : sqrt D * sqrt D = D) by (now apply sqrt_sqrt).
  apply Rle_trans with (rho ^ 2 * Rad ^ 2 + 2 * ((rho * (1 + rho) * Rad + rho * (alpha * (Lambda1 * Y + nu))) * (alpha *
    (Lambda1 * Y)) + rho * (1 + rho) * (ell * (alpha * omega D Y sigma)) * (alpha * nu) + theta1 * (alpha * omega D Y
    sigma) * (alpha * nuhat * R0) + rho * (1 + rho) * Gamma * ((H2 / 2 + HJ) * (alpha * omega D Y sigma) ^ 2))
    + (1 + rho ^ 2) * (alpha * (Lambda1 * Y + nu)) ^ 2); [lra|].
  apply Req_le. unfold e0, e1, e2, eta, k, kappa, curved, omega.
  clear P1 P2 Rem. remember (sqrt D) as h eqn:Hh. clear Hh. subst D. field.
Qed.

(** * Step 5: the frozen derivative of the noise of a window *)

(** A linear map between spaces, as inner products see it. *)
Definition linear_map {H H' : space} (A : H -> H') : Prop :=
  (forall x y w, inner (A (plus x y)) w = inner (A x) w + inner (A y) w) /\
  (forall c x w, inner (A (scal c x)) w = c * inner (A x) w) /\
  exists C, forall x, norm (A x) <= C * norm x.

Section linear.
  Context {H H' : space}.

  Lemma linear_null (A : H -> H') x w : linear_map A -> norm x = 0 -> inner (A x) w = 0.
  Proof.
    intros (_ & _ & C & L) Z. pose proof (L x) as B. rewrite Z, Rmult_0_r in B.
    pose proof (norm_nonneg (A x)). apply null_sees_nothing. lra.
  Qed.

  Lemma linear_vsum (A : H -> H') N (f : nat -> H) w : linear_map A ->
    inner (A (vsum N f)) w = sum N (fun i => inner (A (f i)) w).
  Proof.
    intros Lin. induction N as [|N IH]; [apply (linear_null A); [exact Lin | apply norm_zero]|].
    simpl. rewrite (proj1 Lin), IH. reflexivity.
  Qed.

  Lemma linear_compose {H'' : space} (B : H' -> H'') (A : H -> H') : linear_map A -> linear_map B ->
    (forall x y, norm (plus x (scal (-1) y)) = 0 -> forall w, inner (B x) w = inner (B y) w) ->
    linear_map (fun x => B (A x)).
  Proof.
    intros (A1 & A2 & CA & A3) (B1 & B2 & CB & B3) Same. split; [|split].
    - intros x y w. rewrite <- B1. apply Same, norm_null.
      rewrite inner_plus, inner_scal, A1, inner_plus, (inner_sym (A x)), (inner_sym (A y)). ring.
    - intros c x w. rewrite <- B2. apply Same, norm_null.
      rewrite inner_plus, inner_scal, A2, inner_scal. ring.
    - exists (Rabs CB * Rabs CA). intros x. pose proof (norm_nonneg (A x)). pose proof (norm_nonneg x).
      apply Rle_trans with (1 := B3 (A x)).
      apply Rle_trans with (Rabs CB * norm (A x)); [apply Rmult_le_compat_r; [assumption | apply Rle_abs]|].
      rewrite Rmult_assoc. apply Rmult_le_compat_l; [apply Rabs_pos|].
      apply Rle_trans with (1 := A3 x). apply Rmult_le_compat_r; [assumption | apply Rle_abs].
  Qed.

  Lemma linear_same (B : H -> H') : linear_map B ->
    forall x y, norm (plus x (scal (-1) y)) = 0 -> forall w, inner (B x) w = inner (B y) w.
  Proof.
    intros Lin x y Z w. pose proof (linear_null B _ w Lin Z) as N. destruct Lin as (B1 & B2 & _).
    rewrite B1, B2 in N. lra.
  Qed.
End linear.

(** The rule of FrozenRules.v with a difference of its own for every place of the window: H is the adjoint of the
    derivative at the frozen point, applied to what is frozen; Theta is its mean over the fresh sample. *)
(* Claim: free.orthogonal *)
Theorem frozen_sums (P : sampler) (K : nat) {H : space} (n : nat -> process P K H) (Theta G : process P K H) D :
  (forall i, (i < D)%nat -> differences P K H (n i)) -> known P K H (S D) Theta -> differences P K H G ->
  inner (plus Theta G) (vsum D (fun i => delayed P K H (S i) (n i) : process P K H)) = 0.
Proof.
  intros Dn KT DG. set (z := fun i => delayed P K H (S i) (n i) : process P K H).
  rewrite inner_plus, (inner_sym Theta).
  rewrite (tower P K H D (S D) (vsum D z) Theta); [|apply sum_centred|exact KT|lia].
  - rewrite (tower P K H 0 1 G (vsum D z)); [ring | now apply centred_now | | lia].
    apply sum_known. intros i _. apply (known_sooner P K H (S i + 0)); [|lia]. apply known_delayed, known_now.
  - intros i Hi. now apply centred_delayed, Dn.
Qed.

Section frozen.
  Variables (P : sampler) (K : nat).
  Hypothesis same_law : independent P.

  (** Whatever is linear in a martingale difference, and known before it, has mean zero. *)
  Lemma form_of_difference {H H' : space} (n : history -> H) (A : H -> H') (w : H') h :
    linear_map A -> differences P K H n -> reachable P h -> (length h < K)%nat ->
    conditional P (fun h => inner (A (n h)) w) h = 0.
  Proof.
    intros Lin D R L. set (z := vsum (samples P) (fun i => scal (chance P h i) (n (i :: h)))).
    transitivity (inner (A z) w).
    - unfold z. rewrite linear_vsum by exact Lin. apply sum_ext. intros i _. symmetry. apply (proj1 (proj2 Lin)).
    - apply linear_null; [exact Lin|]. apply norm_null. rewrite <- (D h z R L). unfold z at 1. rewrite inner_vsum.
      apply sum_ext. intros i _. apply inner_scal.
  Qed.

  (** A point that a step may start from, and a sample that may be drawn. *)
  Definition drawn (l : history) (i : nat) : Prop := reachable P l /\ (length l < K)%nat /\ reachable P [i].

  Lemma drawn_earlier D l i : taken P K (i :: l) -> drawn (skipn D l) i.
  Proof.
    intros [(Hi & Ch & R) L]. simpl in L. split; [now apply reachable_skipn|]. split; [rewrite skipn_length; lia|].
    rewrite (same_law l [] i) in Ch. simpl. auto.
  Qed.

  Lemma chance_or_none (c y : R) : 0 <= c -> (0 < c -> y = 0) -> c * y = 0.
  Proof. intros [P0|<-] Z; [rewrite Z by exact P0|]; ring. Qed.

  (** The mean over the fresh sample alone of something that is linear in an earlier difference. *)
  Lemma frozen_form {H H' : space} (n : history -> H) (u : nat -> history -> nat -> H')
    (A : nat -> history -> nat -> H -> H') j D :
    (forall k l i, drawn l i -> linear_map (A k l i)) -> differences P K H n -> norm (n []) = 0 -> (j < D)%nat ->
    average P K (fun h => match h with [] => 0 | i :: l =>
      inner (u (length l) (skipn D l) i) (A (length l) (skipn D l) i (n (skipn j l))) end) = 0.
  Proof.
    intros Lin Dn Start L. simpl. rewrite sum_zero; [ring|]. intros k Hk.
    set (f := fun g => sum (samples P) (fun i => chance P [] i *
      inner (A k (skipn (D - j) g) i (n g)) (u k (skipn (D - j) g) i))).
    transitivity (mean P k (fun l => f (skipn j l))).
    - apply mean_same. intros l _ Len. unfold conditional. rewrite (given_independent P l _ same_law). unfold f.
      apply sum_ext. intros i _. rewrite skipn_skipn. replace (j + (D - j))%nat with D by lia. rewrite Len.
      f_equal. apply inner_sym.
    - rewrite mean_skipn. destruct (k - j)%nat as [|m] eqn:E.
      + apply sum_zero. intros i Hi. apply chance_or_none; [apply chance_nonneg|]. intros Ch.
        apply linear_null; [|exact Start]. apply Lin. rewrite skipn_nil.
        split; [exact I|]. split; [simpl; lia | simpl; auto].
      + apply (apply_zero (expectation P m)). intros h [R Lh]. unfold conditional, f.
        replace (D - j)%nat with (S (D - j - 1)) by lia. simpl skipn.
        change (given P h (fun x => sum (samples P) (fun i => chance P [] i *
          inner (A k (skipn (D - j - 1) h) i (n (x :: h))) (u k (skipn (D - j - 1) h) i))) = 0).
        transitivity (given P h (fun x => sum_functional (samples P) (fun i => chance P [] i *
          inner (A k (skipn (D - j - 1) h) i (n (x :: h))) (u k (skipn (D - j - 1) h) i)))); [reflexivity|].
        rewrite given_swap. apply sum_zero. intros i Hi. rewrite (apply_scal (given P h)).
        apply chance_or_none; [apply chance_nonneg|]. intros Ch.
        set (l := skipn (D - j - 1) h). apply (form_of_difference n (A k l i) (u k l i) h);
          [|exact Dn | exact R | lia].
        apply Lin. unfold l. split; [now apply reachable_skipn|]. split; [rewrite skipn_length; lia | simpl; auto].
  Qed.

  (** Step 5.  [part j] keeps of the difference of j + 1 updates ago what is still within the window of its stage; J is
      the derivative at the frozen point. *)
  Theorem frozen_derivative {H H' : space} (n : history -> H) (u : nat -> history -> nat -> H')
    (J : nat -> history -> nat -> H -> H') (part : nat -> H -> H) (bn : process P K H') D :
    (forall k l i, drawn l i -> linear_map (J k l i)) -> (forall j, linear_map (part j)) ->
    differences P K H n -> norm (n []) = 0 ->
    (forall i l w, taken P K (i :: l) -> inner (bn (i :: l)) w
      = inner (J (length l) (skipn D l) i (vsum D (fun j => part j (n (skipn j l))))) w) ->
    inner (frozen_at H' D u : process P K H') bn = 0.
  Proof.
    intros LJ Lp Dn Start Is.
    transitivity (average P K (fun h => sum D (fun j => match h with [] => 0 | i :: l =>
      inner (u (length l) (skipn D l) i) (J (length l) (skipn D l) i (part j (n (skipn j l)))) end))).
    - apply (average_taken P K). intros [|i l] T; [destruct T as [_ T]; simpl in T; lia|].
      rewrite inner_sym, (Is i l _ T). simpl frozen_at. rewrite linear_vsum by (now apply LJ, drawn_earlier).
      apply sum_ext. intros j _.
      apply inner_sym.
    - rewrite (apply_sum (average P K)). apply sum_zero. intros j Hj.
      apply (frozen_form n u (fun k l i x => J k l i (part j x))); auto.
      intros k l i Dr. apply linear_compose; auto. apply linear_same. auto.
  Qed.
End frozen.

(** * Step 7: how far a window reaches *)

Definition matrix (M : nat) (S : nat -> nat -> R) (y : nat -> R) : euclid M := Trajectory.sensitivity_of M S y.

Lemma matrix_mono M (S : nat -> nat -> R) (y z : nat -> R) :
  (forall i j, (i < M)%nat -> (j < M)%nat -> 0 <= S i j) -> (forall j, (j < M)%nat -> 0 <= y j <= z j) ->
  norm (matrix M S y) <= norm (matrix M S z).
Proof. intros S_nonneg. now apply Trajectory.sensitivity_mono. Qed.

Lemma matrix_scal M (S : nat -> nat -> R) c (y : nat -> R) : 0 <= c ->
  norm (matrix M S (fun j => c * y j)) = c * norm (matrix M S y).
Proof.
  intros Hc. transitivity (norm (scal c (matrix M S y))); [|now rewrite norm_scal, Rabs_pos_eq].
  apply lift_norm_ext. intros i _.
  unfold matrix, Trajectory.sensitivity_of. simpl. rewrite (sum_ext M _ (fun j => c * (S i j * y j))) by (intros; ring).
  now rewrite sum_scal.
Qed.

(** Windows of which every term is of a sequence of its own: of the stages whose lag it is within. *)
(* Claim: free.moved *)
Theorem windows_anew (P : sampler) (K : nat) {H : space} (X n : nat -> process P K H) D c s :
  (forall i, (i < D)%nat -> differences P K H (n i)) ->
  (forall i, (i < D)%nat -> norm (X i) <= c) -> 0 <= s -> (forall i, (i < D)%nat -> norm (n i) <= s) ->
  norm (plus (vsum D (fun i => delayed P K H (S i) (X i) : process P K H))
    (vsum D (fun i => delayed P K H (S i) (n i) : process P K H))) <= INR D * c + sqrt (INR D) * s.
Proof.
  intros Dn Lc Hs Ls.
  assert (Short : forall Z : nat -> process P K H, forall i,
    norm (delayed P K H (S i) (Z i) : process P K H) <= norm (Z i)).
  { intros Z i. apply norm_le; [apply norm_nonneg|]. rewrite norm_sq.
    exact (shift_down P K H (S i) (Z i) (delayed P K H (S i) (Z i)) (fun h _ => eq_refl)). }
  apply Rle_trans with (1 := minkowski _ _), Rplus_le_compat.
  - apply Rle_trans with (1 := norm_vsum _ _). rewrite <- sum_const. apply sum_le. intros i Hi.
    apply Rle_trans with (2 := Lc i Hi). apply Short.
  - apply norm_le; [apply Rmult_le_pos; [apply sqrt_pos | exact Hs]|].
    rewrite Rpow_mult_distr, pow2_sqrt by apply pos_INR. rewrite pythagoras.
    + rewrite <- sum_const. apply sum_le. intros i Hi.
      apply square_at_most, Rle_trans with (2 := Ls i Hi). apply Short.
    + intros i j L. apply (tower P K H (S i) (S j)); [apply centred_delayed, Dn; lia | | lia].
      apply (known_sooner P K H (S j + 0)); [|lia]. apply known_delayed, known_now.
Qed.

(** So far do all weights move, over alpha. *)
(* Claim: free.window *)
Theorem window_anew (P : sampler) (K : nat) {H : space} (X n : nat -> process P K H) D Y sigma :
  (forall i, (i < D)%nat -> differences P K H (n i)) ->
  (forall i, (i < D)%nat -> norm (X i) <= Y) -> 0 <= sigma -> (forall i, (i < D)%nat -> norm (n i) <= sigma) ->
  norm (plus (vsum D (fun i => delayed P K H (S i) (X i) : process P K H))
    (vsum D (fun i => delayed P K H (S i) (n i) : process P K H))) <= omega (INR D) Y sigma.
Proof. apply windows_anew. Qed.

Section windows.
  Variables (P : sampler) (K : nat).
  Variables (M : nat) (H : nat -> space).
  Variables X n : forall j, process P K (H j).
  Hypothesis X_start : forall j, (j < M)%nat -> inner (X j []) (X j []) = 0.
  Hypothesis n_start : forall j, (j < M)%nat -> forall w, inner (n j []) w = 0.
  Hypothesis n_martingale : forall j, (j < M)%nat -> martingale_difference P K (n j).
  Let Y := norm ((fun j => norm (X j)) : euclid M).
  Variable sigma : R.
  Hypothesis noise : norm ((fun j => norm (n j)) : euclid M) <= sigma.

  (** What a stage makes of at most D updates. *)
  Definition reach (D : nat) (j : nat) : R := INR D * norm (X j) + sqrt (INR D) * norm (n j).

  Lemma window_at_most d D j : (j < M)%nat -> (d <= D)%nat ->
    norm (plus (window P K d (X j)) (window P K d (n j))) <= reach D j.
  Proof.
    intros Hj L. apply Rle_trans with (1 := window_displacement P K (X j) (n j) d (X_start j Hj) (n_martingale j Hj)
      (n_start j Hj)).
    assert (INR d <= INR D) by now apply le_INR.
    apply Rplus_le_compat; apply Rmult_le_compat_r; auto using norm_nonneg. now apply sqrt_le_1_alt.
  Qed.

  (** In total, what all stages make of D updates. *)
  Lemma reach_at_most D : norm (reach D : euclid M) <= omega (INR D) Y sigma.
  Proof.
    set (Xn := (fun j => norm (X j)) : euclid M). set (nn := (fun j => norm (n j)) : euclid M).
    change (norm (plus (scal (INR D) Xn) (scal (sqrt (INR D)) nn)) <= omega (INR D) Y sigma).
    apply Rle_trans with (1 := minkowski _ _). rewrite !norm_scal, !Rabs_pos_eq by auto using pos_INR, sqrt_pos.
    unfold omega. apply Rplus_le_compat; [apply Rle_refl|]. apply Rmult_le_compat_l; [apply sqrt_pos | exact noise].
  Qed.

  (** Each stage of its own lag, none above D. *)
  Theorem windows_at_most (d : nat -> nat) D : (forall j, (j < M)%nat -> (d j <= D)%nat) ->
    norm ((fun j => norm (plus (window P K (d j) (X j)) (window P K (d j) (n j)))) : euclid M)
      <= omega (INR D) Y sigma.
  Proof.
    intros Early. apply Rle_trans with (2 := reach_at_most D). apply lift_norm_le. intros j Hj. simpl.
    pose proof (norm_nonneg (plus (window P K (d j) (X j)) (window P K (d j) (n j)))).
    pose proof (window_at_most (d j) D j Hj (Early j Hj)). now apply Rmult_le_compat.
  Qed.
End windows.

(** Forward weights f and backward weights w that moved at most alpha z, stage by stage: what that makes of a
    direction. *)
Theorem joint_at_most M (S T : nat -> nat -> R) ell alpha (y f w z : nat -> R) :
  (forall i j, (i < M)%nat -> (j < M)%nat -> 0 <= S i j) -> (forall i j, (i < M)%nat -> (j < M)%nat -> 0 <= T i j) ->
  0 <= alpha -> Trajectory.delay_constant M (fun i j => S i j + T i j) (fun _ => 1) ell ->
  (forall i, (i < M)%nat -> 0 <= y i <= sum M (fun j => S i j * f j + T i j * w j)) ->
  (forall j, (j < M)%nat -> f j <= alpha * z j) -> (forall j, (j < M)%nat -> w j <= alpha * z j) ->
  norm (y : euclid M) <= ell * (alpha * norm (z : euclid M)).
Proof.
  intros HS HT Ha Delay L Lf Lw.
  apply Rle_trans with (alpha * norm (matrix M (fun i j => S i j + T i j) z)).
  - rewrite <- matrix_scal by exact Ha. apply lift_norm_le. intros i Hi. destruct (L i Hi) as [L0 L1].
    unfold matrix, Trajectory.sensitivity_of. simpl.
    assert (y i <= sum M (fun j => (S i j + T i j) * (alpha * z j))).
    { apply Rle_trans with (1 := L1). apply sum_le. intros j Hj.
      pose proof (Rmult_le_compat_l _ _ _ (HS i j Hi Hj) (Lf j Hj)).
      pose proof (Rmult_le_compat_l _ _ _ (HT i j Hi Hj) (Lw j Hj)). lra. }
    now apply Rmult_le_compat.
  - replace (ell * (alpha * norm (z : euclid M))) with (alpha * (ell * norm (z : euclid M))) by ring.
    apply Rmult_le_compat_l; [exact Ha|]. apply Rle_trans with (2 := Delay z), Req_le.
    unfold matrix, Trajectory.sensitivity_of. f_equal. apply FunctionalExtensionality.functional_extensionality.
    intros i. apply sum_ext. intros j _. ring.
Qed.

(** Stage by stage below a matrix of how far the stages moved. *)
Section stages.
  Variables (P : sampler) (K M : nat) (size : nat -> nat).
  Let V := weights M size.
  Let stage_of := Trajectory.stage P M size K.

  Lemma stage_under (X : process P K V) (row : process P K real_space) i :
    (forall h, taken P K h -> norm (X h i : euclid (size i)) <= row h) -> norm (stage_of X i) <= norm row.
  Proof.
    intros L. apply process_norm_le. intros h T. apply Rle_trans with (1 := L h T), Rle_trans with (1 := Rle_abs _).
    unfold norm. simpl (inner _ _). rewrite <- sqrt_Rsqr_abs. apply Rle_refl.
  Qed.

  Definition row_of (N : nat) (S : nat -> R) (far : nat -> process P K real_space) : process P K real_space :=
    vsum N (fun j => scal (S j) (far j)).

  Lemma row_here N S far h : row_of N S far h = sum N (fun j => S j * far j h).
  Proof. induction N as [|N IH]; [reflexivity|]. unfold row_of in *. simpl in *. now rewrite IH. Qed.

  Lemma row_at_most N S far : (forall j, (j < N)%nat -> 0 <= S j) ->
    norm (row_of N S far) <= sum N (fun j => S j * norm (far j)).
  Proof.
    intros HS. apply Rle_trans with (1 := norm_vsum _ _). apply sum_le. intros j Hj.
    rewrite norm_scal, Rabs_pos_eq by auto. apply Rle_refl.
  Qed.

  Theorem under_matrix (X : process P K V) (far : nat -> process P K real_space) (S : nat -> nat -> R) c z :
    (forall i j, (i < M)%nat -> (j < M)%nat -> 0 <= S i j) -> 0 <= c ->
    (forall i h, (i < M)%nat -> taken P K h ->
      norm (X h i : euclid (size i)) <= sum M (fun j => S i j * far j h)) ->
    (forall j, (j < M)%nat -> norm (far j) <= c * z j) ->
    norm X <= c * norm (matrix M S z).
  Proof.
    intros HS Hc L Lf. rewrite <- (Trajectory.norm_stage_norms P M size K), <- matrix_scal by exact Hc.
    apply lift_norm_le. intros i Hi. simpl (inner _ _).
    assert (norm (stage_of X i) <= matrix M S (fun j => c * z j) i).
    { apply Rle_trans with (norm (row_of M (S i) far)).
      - apply stage_under. intros h Th. rewrite row_here. now apply L.
      - apply Rle_trans with (1 := row_at_most M (S i) far (fun j => HS i j Hi)). apply sum_le.
        intros j Hj. apply Rmult_le_compat_l; auto. }
    pose proof (norm_nonneg (stage_of X i)). apply Rmult_le_compat; assumption.
  Qed.
End stages.

(** * What is averaged over the fresh sample first *)

Section averages.
  Variables (P : sampler) (K : nat).

  Lemma K_inv_nonneg : 0 <= / INR K.
  Proof. destruct K; [simpl; rewrite Rinv_0; lra|]. left. apply Rinv_0_lt_compat, lt_0_INR. lia. Qed.

  Lemma lengths {H : space} (X : process P K H) : norm ((fun h => norm (X h)) : process P K real_space) = norm X.
  Proof. exact (lift_norm_norm (average P K) (fun _ => H) X). Qed.

  Lemma average_by_conditional X Z :
    (forall h, reachable P h -> (length h < K)%nat -> conditional P X h <= conditional P Z h) ->
    average P K X <= average P K Z.
  Proof.
    intros L. apply Rmult_le_compat_l; [apply K_inv_nonneg|]. apply sum_le. intros k Hk. simpl mean.
    apply mean_le. intros h [R E]. apply L; [exact R | lia].
  Qed.

  Lemma conditional_past X c h : conditional P (fun h => c (tl h) * X h) h = c h * conditional P X h.
  Proof. exact (apply_scal (given P h) (c h) (fun i => X (i :: h))). Qed.

  (** Read D updates late: the start counts min(D, K) times. *)
  Theorem late_average (X : history -> R) D : (forall h, 0 <= X h) ->
    average P K (fun h => X (skipn (S D) h))
      <= average P K (fun h => X (tl h)) + INR (Nat.min D K) / INR K * X [].
  Proof.
    intros Pos. rewrite average_before.
    change (average P K (fun h => X (skipn (S D) h)))
      with (/ INR K * sum K (fun k => mean P (S k) (fun h => X (skipn (S D) h)))).
    rewrite (sum_ext K _ (fun k => mean P (k - D) X)) by (intros; apply (mean_skipn P (S i) (S D) X)).
    replace (/ INR K * sum K (fun k => mean P k X) + INR (Nat.min D K) / INR K * X [])
      with (/ INR K * (sum K (fun k => mean P k X) + INR (Nat.min D K) * X [])) by (unfold Rdiv; ring).
    apply Rmult_le_compat_l; [apply K_inv_nonneg|].
    assert (MP : forall k, 0 <= mean P k X) by (intros k; apply (apply_nonneg (expectation P k)); auto).
    clear -MP. set (a := fun k => mean P k X). change (X []) with (a 0%nat).
    enough (Main : forall N, sum N (fun k => a (k - D)%nat) = sum (N - D) a + INR (Nat.min D N) * a 0%nat).
    { fold a. rewrite Main. apply Rplus_le_compat_r. apply sum_shorter; [lia | intros; apply MP]. }
    induction N as [|N IH]; [simpl; rewrite Nat.min_0_r; simpl; ring|]. simpl sum at 1. rewrite IH.
    destruct (le_lt_dec D N) as [L|L].
    - replace (S N - D)%nat with (S (N - D)) by lia. replace (Nat.min D (S N)) with D by lia.
      replace (Nat.min D N) with D by lia. simpl. ring.
    - replace (S N - D)%nat with 0%nat by lia. replace (N - D)%nat with 0%nat by lia.
      replace (Nat.min D (S N)) with (S N) by lia. replace (Nat.min D N) with N by lia. rewrite S_INR. simpl. ring.
  Qed.

  (** The same with the start's part by itself: [share] says when it is the start that is read. *)
  (* Claim: free.frozen_mean *)
  Theorem frozen_mean {H : space} (F : process P K H) (c share : history -> R) D sigma start :
    (forall h, taken P K h -> c h <= inner (delayed P K H D F h) (delayed P K H D F h) + sigma ^ 2
      + share h * start ^ 2) ->
    (0 < K)%nat -> average P K c <= norm F ^ 2 + sigma ^ 2 + average P K share * start ^ 2.
  Proof.
    intros L HK. set (Z := delayed P K H D F : process P K H).
    apply Rle_trans with (average P K (fun h => inner (Z h) (Z h) + (sigma ^ 2 + start ^ 2 * share h))).
    - apply apply_le. intros h T. pose proof (L h T). unfold Z. lra.
    - rewrite (apply_plus (average P K)), (apply_plus (average P K) (fun _ => sigma ^ 2)), average_const by exact HK.
      rewrite (apply_scal (average P K)), norm_sq.
      pose proof (shift_down P K H D F Z (fun h _ => eq_refl)) as Short.
      change (average P K (fun h => inner (Z h) (Z h))) with (inner Z Z). lra.
  Qed.

  (** Step 10: what is not linear is at most what was known, so it meets only mean lengths. *)
  Theorem remainder_weighed {H : space} (u rem : process P K H) (lt lf t : process P K real_space) rho Gamma :
    0 <= rho -> (forall h, taken P K h -> norm (u h) <= rho * lt h + rho ^ 2 * lf h) ->
    (forall h, taken P K h -> norm (rem h) <= t h) ->
    inner lt t <= Gamma * average P K t -> inner lf t <= Gamma * average P K t ->
    inner u rem <= rho * (1 + rho) * Gamma * average P K t.
  Proof.
    intros Hr Lu Lr Mt Mf. apply Rle_trans with (rho * inner lt t + rho ^ 2 * inner lf t).
    - change (average P K (fun h => inner (u h) (rem h))
        <= rho * average P K (fun h => lt h * t h) + rho ^ 2 * average P K (fun h => lf h * t h)).
      rewrite <- !(apply_scal (average P K)), <- (apply_plus (average P K)). apply apply_le. intros h T.
      apply Rle_trans with (1 := inner_le_product _ _ _ _ (Lu h T) (Lr h T)), Req_le. ring.
    - pose proof (Rmult_le_compat_l _ _ _ Hr Mt). pose proof (Rmult_le_compat_l _ _ _ (pow2_ge_0 rho) Mf). lra.
  Qed.

  (** Lengths of mean at most Gamma given the past, seen with what was known. *)
  Lemma mean_length_weighed {H : space} (X : process P K H) (t : history -> R) Gamma : (forall h, 0 <= t h) ->
    (forall h, reachable P h -> (length h < K)%nat -> conditional P (fun h => norm (X h)) h <= Gamma) ->
    average P K (fun h => norm (X h) * t (tl h)) <= Gamma * average P K (fun h => t (tl h)).
  Proof.
    intros Ht Le. rewrite <- (apply_scal (average P K)). apply average_by_conditional. intros h R L.
    change (conditional P (fun h0 => Gamma * t (tl h0)) h) with (conditional P (fun _ => Gamma * t h) h).
    rewrite conditional_const. apply Rle_trans with (conditional P (fun h0 => t (tl h0) * norm (X h0)) h).
    - apply Req_le, apply_ext. intros. ring.
    - rewrite (conditional_past (fun h => norm (X h)) t h), (Rmult_comm Gamma).
      apply Rmult_le_compat_l; [apply Ht | now apply Le].
  Qed.

  (** What is at most the square of a window and the product of two. *)
  (* Claim: free.remainder *)
  Theorem remainder_at_most {H H1 H2 : space} (u rem : process P K H) (delta : process P K H1)
    (moved : process P K H2) (lt lf t : process P K real_space) rho Gamma bend HJ far :
    0 <= rho -> 0 <= Gamma -> 0 <= bend -> 0 <= HJ ->
    (forall h, taken P K h -> norm (u h) <= rho * lt h + rho ^ 2 * lf h) ->
    (forall h, taken P K h -> norm (rem h) <= t h) ->
    (forall h, taken P K h -> t h <= bend / 2 * inner (delta h) (delta h)
      + HJ / 2 * (inner (moved h) (moved h) + inner (delta h) (delta h))) ->
    inner lt t <= Gamma * average P K t -> inner lf t <= Gamma * average P K t ->
    inner delta delta <= far ^ 2 -> inner moved moved <= far ^ 2 ->
    inner u rem <= rho * (1 + rho) * Gamma * ((bend / 2 + HJ) * far ^ 2).
  Proof.
    intros Hr HG HB HJ0 Lu Lr Lt Mt Mf Ld Lm.
    apply Rle_trans with (1 := remainder_weighed u rem lt lf t rho Gamma Hr Lu Lr Mt Mf).
    apply Rmult_le_compat_l; [repeat apply Rmult_le_pos; lra|].
    apply Rle_trans with (average P K (fun h => bend / 2 * inner (delta h) (delta h)
      + HJ / 2 * (inner (moved h) (moved h) + inner (delta h) (delta h)))); [now apply apply_le|].
    rewrite (apply_plus (average P K)), !(apply_scal (average P K)), (apply_plus (average P K)).
    change (average P K (fun h => inner (delta h) (delta h))) with (inner delta delta).
    change (average P K (fun h => inner (moved h) (moved h))) with (inner moved moved).
    assert (bend / 2 * inner delta delta <= bend / 2 * far ^ 2) by (apply Rmult_le_compat_l; lra).
    assert (HJ / 2 * (inner moved moved + inner delta delta) <= HJ / 2 * (far ^ 2 + far ^ 2))
      by (apply Rmult_le_compat_l; lra). lra.
  Qed.

  (** Step 6's second part: through the weight that the device sees. *)
  (* Claim: free.second *)
  Theorem second_product {H H1 H2 : space} (frozen : process P K H1) (moved : process P K H2)
    (p2 bn : process P K H) theta1 far near :
    0 <= theta1 -> norm moved <= far ->
    (forall h, taken P K h -> norm (p2 h) <= theta1 * (norm (moved h) * norm (frozen h))) ->
    norm ((fun h => norm (frozen h) * norm (bn h)) : process P K real_space) <= near ->
    inner p2 bn <= theta1 * far * near.
  Proof.
    intros Ht Lm L2 Ln. rewrite <- (lengths moved) in Lm.
    pose proof (inner_le_product _ _ _ _ Lm Ln) as I.
    apply Rle_trans with (theta1 * inner ((fun h => norm (moved h)) : process P K real_space)
      ((fun h => norm (frozen h) * norm (bn h)) : process P K real_space)).
    - change (average P K (fun h => inner (p2 h) (bn h)) <= theta1
        * average P K (fun h => norm (moved h) * (norm (frozen h) * norm (bn h)))).
      rewrite <- (apply_scal (average P K)). apply apply_le. intros h T.
      apply Rle_trans with (1 := inner_le_product _ _ _ _ (L2 h T) (Rle_refl (norm (bn h)))), Req_le. ring.
    - rewrite Rmult_assoc. apply Rmult_le_compat_l; [exact Ht | exact I].
  Qed.
End averages.

(** * Step 8: the noise of a window, seen with the length of a frozen direction *)

(** The window rule of FrozenRules.v with bounds of their own. *)
(* Claim: free.weighted_stage *)
Theorem weighted_sums (P : sampler) (K : nat) {H : space} (y : nat -> process P K H) d (v : nat -> R) :
  (forall i, (i < d)%nat -> centred P K H (S i) (y i)) -> (forall i, (i < d)%nat -> known P K H (S i) (y i)) ->
  (forall i, (i < d)%nat -> inner (y i) (y i) <= v i) -> inner (vsum d y) (vsum d y) <= sum d v.
Proof.
  intros C Kn L. rewrite pythagoras.
  - apply sum_le. exact L.
  - intros i j Lij. apply (tower P K H (S i) (S j)); [apply C; lia | apply Kn; lia | lia].
Qed.

Section weighted_noise.
  Variables (P : sampler) (K : nat).
  Hypothesis same_law : independent P.
  Variables (M : nat) (H : nat -> space).
  Variable n : forall j, process P K (H j).
  Variables (d : nat -> nat) (D : nat).
  Hypothesis n_differences : forall j, (j < M)%nat -> differences P K (H j) (n j).
  Hypothesis before : forall j, (j < M)%nat -> (d j <= D)%nat.

  (** The frozen direction, a function of the step, of what was there D updates ago and of the fresh sample. *)
  Context {V : space}.
  Variable g0 : nat -> history -> nat -> V.
  Let frozen : process P K V := frozen_at V D g0.

  (** Its mean square over the fresh sample alone. *)
  Definition frozen_energy (k : nat) (l : history) : R :=
    match k with O => 0 | S k => sum (samples P) (fun i => chance P [] i * norm (g0 k l i) ^ 2) end.
  Let weight (h : history) : R := frozen_energy (length h) (skipn (S D) h).

  Lemma frozen_energy_nonneg k l : 0 <= frozen_energy k l.
  Proof.
    destruct k; simpl frozen_energy; [lra|]. apply sum_nonneg. intros i _.
    apply Rmult_le_pos; [apply chance_nonneg | apply pow2_ge_0].
  Qed.

  Lemma over_fresh_sample (past : history -> R) :
    average P K (fun h => norm (frozen h) ^ 2 * past (tl h)) = average P K (fun h => weight h * past (tl h)).
  Proof.
    change (/ INR K * sum K (fun k => mean P (S k) (fun h => norm (frozen h) ^ 2 * past (tl h)))
      = / INR K * sum K (fun k => mean P (S k) (fun h => weight h * past (tl h)))).
    f_equal. apply sum_ext. intros k _. simpl mean. apply mean_same. intros l _ _.
    change (conditional P (fun h => weight h * past (tl h)) l)
      with (conditional P (fun _ => frozen_energy (S (length l)) (skipn D l) * past l) l).
    rewrite conditional_const. unfold conditional. rewrite (given_independent P l _ same_law).
    simpl frozen_energy. rewrite Rmult_comm, <- sum_scal. apply sum_ext. intros i _. simpl. ring.
  Qed.

  Definition ended {U : space} (X : history -> U) (l : history) : U :=
    match l with [] => zero | x :: l => X (x :: l) end.
  Definition before_now {U : space} (N : nat) (X : history -> U) (l : history) : U :=
    vsum N (fun i => ended X (skipn i l)).

  Lemma vsum_here {U : space} N (f : nat -> process P K U) h :
    (vsum N f : process P K U) h = vsum N (fun i => f i h).
  Proof. induction N as [|N IH]; [reflexivity|]. simpl. now rewrite <- IH. Qed.

  Lemma last_terms_before {U : space} N (X : process P K U) i l :
    last_terms P K U N X (i :: l) = before_now N X l.
  Proof. unfold last_terms. rewrite vsum_here. reflexivity. Qed.

  Lemma frozen_and_window {U : space} N (X : process P K U) :
    average P K (fun h => norm (frozen h) ^ 2 * inner (last_terms P K U N X h) (last_terms P K U N X h))
      = average P K (fun h => weight h * inner (last_terms P K U N X h) (last_terms P K U N X h)).
  Proof.
    set (past := fun l => inner (before_now N X l) (before_now N X l)).
    transitivity (average P K (fun h => norm (frozen h) ^ 2 * past (tl h)));
      [|rewrite over_fresh_sample]; apply (average_taken P K);
      intros [|i l] [_ T]; try (simpl in T; lia); now rewrite last_terms_before.
  Qed.

  (** The length of the last noise of stage j, times that of the frozen direction. *)
  Definition seen (j : nat) : process P K real_space :=
    fun h => norm (frozen h) * norm (last_terms P K (H j) (d j) (n j) h).

  Lemma seen_square j :
    inner (seen j) (seen j) = average P K (fun h =>
      weight h * inner (last_terms P K (H j) (d j) (n j) h) (last_terms P K (H j) (d j) (n j) h)).
  Proof.
    rewrite <- frozen_and_window. apply (average_taken P K). intros h _.
    rewrite <- (norm_sq (last_terms P K (H j) (d j) (n j) h)). unfold seen. simpl. ring.
  Qed.

  Section by_stage.
    Variable s : nat -> R.
    Hypothesis s_nonneg : forall j, 0 <= s j.
    Hypothesis variance : forall j h, (j < M)%nat -> reachable P h -> (length h < K)%nat ->
      conditional P (fun h => inner (n j h) (n j h)) h <= s j ^ 2.

    Lemma seen_by_stage j : (j < M)%nat -> norm (seen j) <= sqrt (average P K weight) * (sqrt (INR (d j)) * s j).
    Proof.
      intros Hj. assert (C : 0 <= average P K weight)
        by (apply apply_nonneg; intros h _; apply frozen_energy_nonneg).
      apply norm_le; [apply Rmult_le_pos; [apply sqrt_pos | apply Rmult_le_pos; [apply sqrt_pos | auto]]|].
      rewrite !Rpow_mult_distr, !pow2_sqrt by auto using pos_INR. rewrite seen_square.
      apply Rle_trans with (1 := weighted_window P K (H j) (n j) frozen_energy (d j) D (s j ^ 2) (n_differences j Hj)
        (before j Hj) frozen_energy_nonneg (pow2_ge_0 _) (fun h => variance j h Hj)).
      apply Req_le. unfold weight. ring.
    Qed.

    (** Minkowski, in the space of random sequences that are weighed by the frozen direction. *)
    Theorem weighted_noise (S : nat -> nat -> R) (bn : process P K V) alpha :
      0 <= alpha -> (forall i j, (i < M)%nat -> (j < M)%nat -> 0 <= S i j) ->
      (forall h, taken P K h -> norm (bn h)
        <= norm (matrix M S (fun j => alpha * norm (last_terms P K (H j) (d j) (n j) h)))) ->
      norm ((fun h => norm (frozen h) * norm (bn h)) : process P K real_space)
        <= alpha * norm (matrix M S (fun j => sqrt (INR (d j)) * s j)) * sqrt (average P K weight).
    Proof.
      intros Ha HS L.
      set (Z := (fun i => vsum M (fun j => scal (alpha * S i j) (seen j)))
        : lift (sum_functional M) (fun _ => process P K real_space)).
      apply Rle_trans with (norm Z).
      - apply sqrt_le_1_alt.
        apply Rle_trans with (average P K (fun h => sum M (fun i => Z i h * Z i h))).
        + apply apply_le. intros h T. simpl (inner _ _).
          set (y := fun j => alpha * norm (last_terms P K (H j) (d j) (n j) h)).
          assert (Row : forall i, Z i h = norm (frozen h) * sum M (fun j => S i j * y j)).
          { clear. intros i. unfold Z. rewrite vsum_here, <- sum_scal. unfold y, seen. generalize M as N. intros N.
            induction N as [|N IH]; [reflexivity|]. simpl in *. rewrite IH. ring. }
          rewrite (sum_ext M _ (fun i => norm (frozen h) ^ 2 * (sum M (fun j => S i j * y j) * sum M (fun j => S i j * y
            j)))) by (intros; rewrite Row; ring).
          rewrite sum_scal.
          change (sum M (fun i => sum M (fun j => S i j * y j) * sum M (fun k => S i k * y k)))
            with (inner (matrix M S y) (matrix M S y)). rewrite <- norm_sq.
          pose proof (pow_incr _ _ 2 (conj (norm_nonneg (bn h)) (L h T))) as Q. fold y in Q.
          pose proof (Rmult_le_compat_l (norm (frozen h) ^ 2) _ _ (pow2_ge_0 _) Q). lra.
        + apply Req_le. exact (apply_sum (average P K) M (fun i h => Z i h * Z i h)).
      - replace (alpha * norm (matrix M S (fun j => sqrt (INR (d j)) * s j)) * sqrt (average P K weight))
          with (norm (matrix M S (fun j => alpha * sqrt (average P K weight) * (sqrt (INR (d j)) * s j)))).
        2:{ rewrite matrix_scal by (apply Rmult_le_pos; [exact Ha | apply sqrt_pos]). ring. }
        change (norm (matrix M S (fun j => alpha * sqrt (average P K weight) * (sqrt (INR (d j)) * s j))))
          with (norm (matrix M S (fun j => alpha * sqrt (average P K weight) * (sqrt (INR (d j)) * s j))
            : lift (sum_functional M) (fun _ => real_space))).
        apply Rle_trans with (norm ((fun i => norm (Z i)) : euclid M)).
        + apply Req_le. symmetry. exact (lift_norm_norm (sum_functional M) (fun _ => process P K real_space) Z).
        + apply lift_norm_le. intros i Hi. simpl (inner _ _). pose proof (norm_nonneg (Z i)).
          assert (norm (Z i) <= matrix M S (fun j => alpha * sqrt (average P K weight) * (sqrt (INR (d j)) * s j)) i).
          { apply Rle_trans with (1 := norm_vsum _ _). apply sum_le. intros j Hj. rewrite norm_scal, Rabs_pos_eq
              by (apply Rmult_le_pos; auto).
            pose proof (Rmult_le_compat_l (alpha * S i j) _ _ ltac:(apply Rmult_le_pos; auto) (seen_by_stage j Hj)).
            lra. }
          now apply Rmult_le_compat.
    Qed.
  End by_stage.

  (** The energy read at the frozen point, on average. *)
  Theorem frozen_energy_average (gradient : history -> V) sigma :
    (0 < K)%nat ->
    (forall k l, reachable P l -> (length l < K)%nat ->
      frozen_energy (S k) l <= norm (gradient l) ^ 2 + sigma ^ 2) ->
    average P K weight <= average P K (fun h => norm (gradient (tl h)) ^ 2) + sigma ^ 2
      + INR (Nat.min D K) / INR K * norm (gradient []) ^ 2.
  Proof.
    intros HK L.
    apply Rle_trans with (average P K (fun h => norm (gradient (skipn (S D) h)) ^ 2 + sigma ^ 2)).
    - apply apply_le. intros [|i h] [R T]; [simpl in T; lia|]. unfold weight. simpl length. simpl skipn. apply L.
      + apply reachable_skipn. apply R.
      + rewrite skipn_length. simpl in T. lia.
    - rewrite (apply_plus (average P K)), average_const by exact HK.
      pose proof (late_average P K (fun h => norm (gradient h) ^ 2) D (fun h => pow2_ge_0 _)). lra.
  Qed.
End weighted_noise.

(** * Rows and stages: what the kernel's claims say of them *)

Lemma weighed_row {V : space} N (S far : nat -> R) (om : nat -> V) alpha :
  (forall j, (j < N)%nat -> 0 <= S j) -> (forall j, (j < N)%nat -> norm (om j) <= alpha * far j) ->
  norm (vsum N (fun j => scal (S j) (om j))) <= alpha * sum N (fun j => S j * far j).
Proof.
  intros HS L. apply Rle_trans with (1 := norm_vsum _ _). rewrite <- sum_scal. apply sum_le. intros j Hj.
  rewrite norm_scal, Rabs_pos_eq by auto. pose proof (Rmult_le_compat_l _ _ _ (HS j Hj) (L j Hj)). lra.
Qed.

(** Both parts of a row: coherent windows and windows of differences. *)
(* Claim: free.parts_partial *)
Theorem parts_rows (P : sampler) (K : nat) {H H' V V' : space} (X : nat -> process P K H) (n : nat -> process P K H')
  N (S c s : nat -> R) (d : nat -> nat) (ov : nat -> V) (on : nat -> V') alpha : 0 <= alpha ->
  (forall j, (j < N)%nat -> 0 <= S j) ->
  (forall j, (j < N)%nat -> inner (X j []) (X j []) = 0) -> (forall j w, (j < N)%nat -> inner (n j []) w = 0) ->
  (forall j, (j < N)%nat -> martingale_difference P K (n j)) ->
  (forall j, (j < N)%nat -> norm (X j) <= c j) -> (forall j, (j < N)%nat -> norm (n j) <= s j) ->
  (forall j, (j < N)%nat -> norm (ov j) <= alpha * norm (window P K (d j) (X j))) ->
  (forall j, (j < N)%nat -> norm (on j) <= alpha * norm (window P K (d j) (n j))) ->
  norm (vsum N (fun j => scal (S j) (ov j))) <= alpha * coherent_part N d c S /\
  norm (vsum N (fun j => scal (S j) (on j))) <= alpha * martingale_part N d s S.
Proof.
  intros Ha HS X0 N0 Dn Lc Ls Lv Ln. split; apply weighed_row; auto; intros j Hj.
  - apply Rle_trans with (1 := Lv j Hj). apply Rmult_le_compat_l; [exact Ha|].
    apply Rle_trans with (1 := window_coherent P K (X j) (d j) (X0 j Hj)).
    apply Rmult_le_compat_l; [apply pos_INR | auto].
  - apply Rle_trans with (1 := Ln j Hj). apply Rmult_le_compat_l; [exact Ha|].
    apply Rle_trans with (1 := window_martingale P K (n j) (d j) (Dn j Hj) (fun w => N0 j w Hj)).
    apply Rmult_le_compat_l; [apply sqrt_pos | auto].
Qed.

(** A row of S on how far the forward weights left the frozen point, and of T on the backward weights. *)
(* Claim: free.joint_partial *)
Theorem joint_rows {V : space} N (S T far : nat -> R) (forwards backwards : nat -> V) alpha :
  (forall j, (j < N)%nat -> 0 <= S j) -> (forall j, (j < N)%nat -> 0 <= T j) ->
  (forall j, (j < N)%nat -> norm (forwards j) <= alpha * far j) ->
  (forall j, (j < N)%nat -> norm (backwards j) <= alpha * far j) ->
  norm (vsum N (fun j => plus (scal (T j) (backwards j)) (scal (S j) (forwards j))))
    <= alpha * sum N (fun j => (S j + T j) * far j) /\
  norm (vsum N (fun j => scal (S j + T j) (backwards j))) <= alpha * sum N (fun j => (S j + T j) * far j).
Proof.
  intros HS HT Lf Lb. split.
  - apply Rle_trans with (1 := norm_vsum _ _). rewrite <- sum_scal. apply sum_le. intros j Hj.
    apply Rle_trans with (1 := minkowski _ _). rewrite !norm_scal, !Rabs_pos_eq by auto.
    pose proof (Rmult_le_compat_l _ _ _ (HS j Hj) (Lf j Hj)). pose proof (Rmult_le_compat_l _ _ _ (HT j Hj) (Lb j Hj)).
    lra.
  - apply weighed_row; [|exact Lb]. intros j Hj. pose proof (HS j Hj). pose proof (HT j Hj). lra.
Qed.

(** A row of S on weighed windows. *)
(* Claim: free.weighted_partial *)
Theorem weighted_rows (P : sampler) (K : nat) {H V : space} (y : nat -> nat -> process P K H) D N (S dev : nat -> R)
  (q : nat -> nat -> R) (om : nat -> V) alpha R0 c : 0 <= alpha -> 0 <= R0 -> c <= R0 ^ 2 ->
  (forall j, (j < N)%nat -> 0 <= S j) -> (forall j, (j < N)%nat -> 0 <= dev j) ->
  (forall i j, (i < D)%nat -> (j < N)%nat -> centred P K H (Datatypes.S i) (y i j)) ->
  (forall i j, (i < D)%nat -> (j < N)%nat -> known P K H (Datatypes.S i) (y i j)) ->
  (forall i j, (i < D)%nat -> (j < N)%nat -> 0 <= q i j /\ inner (y i j) (y i j) <= c * q i j) ->
  (forall j, (j < N)%nat -> sum D (fun i => q i j) <= dev j ^ 2) ->
  (forall j, (j < N)%nat -> norm (om j) <= alpha * norm (vsum D (fun i => y i j))) ->
  norm (vsum N (fun j => scal (S j) (om j))) <= alpha * R0 * sum N (fun j => S j * dev j).
Proof.
  intros Ha HR Hc HS Hd C Kn L Q Lo. apply weighed_row; [exact HS|]. intros j Hj.
  apply Rle_trans with (1 := Lo j Hj). rewrite Rmult_assoc. apply Rmult_le_compat_l; [exact Ha|].
  apply norm_le; [apply Rmult_le_pos; auto|].
  apply Rle_trans with (1 := weighted_sums P K (fun i => y i j) D (fun i => R0 ^ 2 * q i j) (fun i Hi => C i j Hi Hj)
    (fun i Hi => Kn i j Hi Hj) (fun i Hi => Rle_trans _ _ _ (proj2 (L i j Hi Hj))
      (Rmult_le_compat_r _ _ _ (proj1 (L i j Hi Hj)) Hc))).
  rewrite sum_scal, Rpow_mult_distr. apply Rmult_le_compat_l; [apply pow2_ge_0 | now apply Q].
Qed.

Section stages_together.
  Variables (P : sampler) (K : nat).
  Context {T : Type}.
  Variables (E : functional T) (V : T -> space).

  Lemma stages_under (b : lift E (fun m => process P K (V m))) (g : lift E (fun _ => real_space)) k : 0 <= k ->
    (forall m, support E m -> norm (b m) <= k * (g m : R)) -> norm b <= k * norm g.
  Proof.
    intros Hk L. rewrite <- (Rabs_pos_eq k Hk), <- norm_scal. apply lift_norm_le. intros m Hm. rewrite <- norm_sq.
    change (norm (b m) ^ 2 <= k * (g m : R) * (k * (g m : R))).
    replace (k * (g m : R) * (k * (g m : R))) with ((k * (g m : R)) ^ 2) by ring. apply pow_incr.
    split; [apply norm_nonneg | now apply L].
  Qed.

  Lemma pathwise_under (b : lift E (fun m => process P K (V m))) (row : T -> process P K real_space) m :
    (forall h, taken P K h -> norm (b m h) <= row m h) -> norm (b m) <= norm (row m).
  Proof.
    intros L. apply process_norm_le. intros h Th. apply Rle_trans with (1 := L h Th), Rle_trans with (1 := Rle_abs _).
    unfold norm. simpl (inner (row m h) _). rewrite <- sqrt_Rsqr_abs. apply Rle_refl.
  Qed.
End stages_together.

(** Both parts of the staleness that is linear, over all stages. *)
(* Claim: free.parts *)
Theorem parts_stages (P : sampler) (K : nat) {T : Type} (E : functional T) {V V' : space}
  (bv : lift E (fun _ => process P K V)) (bn : lift E (fun _ => process P K V'))
  (rv rn : T -> process P K real_space) (gv gn : lift E (fun _ => real_space)) alpha Lambda1 Y nu : 0 <= alpha ->
  (forall m h, support E m -> taken P K h -> norm (bv m h) <= rv m h) ->
  (forall m h, support E m -> taken P K h -> norm (bn m h) <= rn m h) ->
  (forall m, support E m -> norm (rv m) <= alpha * (gv m : R)) ->
  (forall m, support E m -> norm (rn m) <= alpha * (gn m : R)) ->
  norm gv <= Lambda1 * Y -> norm gn <= nu -> norm bv <= alpha * (Lambda1 * Y) /\ norm bn <= alpha * nu.
Proof.
  intros Ha Lv Ln Rv Rn Gv Gn. split.
  - apply Rle_trans with (alpha * norm gv); [|now apply Rmult_le_compat_l].
    apply (stages_under P K E (fun _ => V)); [exact Ha|]. intros m Hm. apply Rle_trans with (2 := Rv m Hm).
    apply (pathwise_under P K E (fun _ => V) bv rv m). auto.
  - apply Rle_trans with (alpha * norm gn); [|now apply Rmult_le_compat_l].
    apply (stages_under P K E (fun _ => V')); [exact Ha|]. intros m Hm. apply Rle_trans with (2 := Rn m Hm).
    apply (pathwise_under P K E (fun _ => V') bn rn m). auto.
Qed.

(** How far a direction is from the frozen one, over all stages. *)
(* Claim: free.joint *)
Theorem joint_stages (P : sampler) (K : nat) {T : Type} (E : functional T) {V : space}
  (b : lift E (fun _ => process P K V)) (r : T -> process P K real_space) (gv gn : lift E (fun _ => real_space))
  alpha ell D Y sigma : 0 <= alpha -> 0 <= D ->
  (forall m h, support E m -> taken P K h -> norm (b m h) <= r m h) ->
  (forall m, support E m -> norm (r m) <= alpha * (D * (gv m : R) + sqrt D * (gn m : R))) ->
  norm gv <= ell * Y -> norm gn <= ell * sigma -> norm b <= ell * (alpha * omega D Y sigma).
Proof.
  intros Ha HD L Rb Gv Gn. apply Rle_trans with (alpha * norm (plus (scal D gv) (scal (sqrt D) gn))).
  - apply (stages_under P K E (fun _ => V)); [exact Ha|]. intros m Hm.
    apply Rle_trans with (1 := pathwise_under P K E (fun _ => V) b r m (fun h => L m h Hm)). exact (Rb m Hm).
  - replace (ell * (alpha * omega D Y sigma)) with (alpha * (D * (ell * Y) + sqrt D * (ell * sigma)))
      by (unfold omega; ring).
    apply Rmult_le_compat_l; [exact Ha|]. apply Rle_trans with (1 := minkowski _ _).
    rewrite !norm_scal, !Rabs_pos_eq by auto using sqrt_pos.
    apply Rplus_le_compat; apply Rmult_le_compat_l; auto using sqrt_pos.
Qed.

(** The noise of a window, seen with the length of a frozen direction, over all stages: of its square C is the mean over
    the fresh sample, and Z what is around it. *)
(* Claim: free.weighted *)
Theorem weighted_stages (P : sampler) (K : nat) {T : Type} (E : functional T) {V : space}
  (b : lift E (fun _ => process P K V)) (Sq r : T -> process P K real_space) (C Z : process P K real_space)
  (g : lift E (fun _ => real_space)) k nuhat : 0 <= k -> martingale_difference P K Z ->
  (forall m, support E m -> known P K real_space 1 (Sq m)) ->
  (forall m h, support E m -> taken P K h -> inner (b m h) (b m h) <= (Sq m h : R) * ((C h : R) + (Z h : R))) ->
  (forall m h, support E m -> taken P K h -> (Sq m h : R) * (C h : R) <= inner (r m h) (r m h)) ->
  (forall m, support E m -> norm (r m) <= k * (g m : R)) -> norm g <= nuhat -> norm b <= k * nuhat.
Proof.
  intros Hk DZ KS L Lr Rg G. apply Rle_trans with (k * norm g); [|now apply Rmult_le_compat_l].
  apply (stages_under P K E (fun _ => V)); [exact Hk|]. intros m Hm. apply Rle_trans with (2 := Rg m Hm).
  apply sqrt_le_1_alt. pose proof (known_orthogonal P K Z (Sq m) DZ (KS m Hm)) as O.
  apply Rle_trans with (inner (Sq m) (plus C Z)); [apply apply_le; intros h Th; exact (L m h Hm Th)|].
  rewrite inner_plus_r, O, Rplus_0_r. apply apply_le. intros h Th. exact (Lr m h Hm Th).
Qed.

(** * Theorem 4 *)

(** (ii) and |a| <= Y are those of Theorem 1. *)
Theorem feasible_of_near {H : space} (F h n u : H) p x sigma saturated q c0 c1 c2 : 0 <= sigma -> 0 <= x ->
  let v := plus F h in
  direction F u -> inner u n = 0 -> norm n <= sigma -> inner F v <= p + x / 2 * norm (plus v n) ^ 2 ->
  norm F ^ 2 + norm v ^ 2 - 2 * inner F v <= (saturated + q * norm v) ^ 2 + c0 + c1 * norm v + c2 * norm v ^ 2 ->
  feasible_free p x sigma saturated q c0 c1 c2 (norm F ^ 2) (norm v) (inner u v).
Proof.
  intros Hs Hx v Hu orthogonal noise descent near.
  pose proof (component_short F h u Hu) as Short. fold v in Short.
  pose proof (across n sigma u v (proj1 Hu) orthogonal noise) as CS. destruct Hu as [_ Along].
  split; [apply norm_nonneg|]. split; [exact Short|]. rewrite sqrt_A.
  split.
  - replace (2 * inner u v * norm F) with (2 * inner F v) by (rewrite (Along v); ring). exact near.
  - rewrite Rmult_comm, <- Along. unfold v in descent. rewrite expand in descent. fold v in descent.
    assert (norm n ^ 2 <= sigma ^ 2) by (apply pow_incr; split; [apply norm_nonneg | exact noise]).
    apply (Rmult_le_compat_l x) in CS; [|exact Hx].
    assert (x * norm n ^ 2 <= x * sigma ^ 2) by now apply Rmult_le_compat_l. lra.
Qed.

(** The point of a run, from all its pieces. *)
(* Claim: free.feasible *)
Theorem run_free {H : space} (F n b e bv bn rem u0 p1 p2 dir : H)
  p x rho alpha Lambda1 nu sigma D ell theta1 nuhat R0 Gamma H2 HJ :
  0 <= rho -> 0 < alpha -> 0 <= Lambda1 -> 0 <= nu -> 0 <= D -> 0 <= sigma -> 0 <= x ->
  let v := plus F (plus b e) in let u := plus e (scal (rho ^ 2) (plus F n)) in let Y := norm v in
  let k := kappa rho ell nu theta1 nuhat R0 in let eta := curved rho Gamma H2 HJ in
  direction F dir -> inner dir n = 0 -> norm n <= sigma ->
  inner F v <= p + x / 2 * norm (plus v n) ^ 2 ->
  norm (plus F n) <= radius sigma (norm F ^ 2) ->
  norm e <= rho * norm (plus (plus F n) b) ->
  norm b <= alpha * (Lambda1 * Y + nu) ->
  (forall w, inner b w = inner bv w + inner bn w + inner rem w) ->
  (forall w, inner u w = inner u0 w + inner p1 w + inner p2 w) ->
  norm bv <= alpha * (Lambda1 * Y) ->
  inner u0 bn = 0 ->
  inner p1 bn <= rho * (1 + rho) * (ell * (alpha * omega D Y sigma)) * (alpha * nu) ->
  inner p2 bn <= theta1 * (alpha * omega D Y sigma) * (alpha * nuhat * R0) ->
  inner u rem <= rho * (1 + rho) * Gamma * ((H2 / 2 + HJ) * (alpha * omega D Y sigma) ^ 2) ->
  feasible_free p x sigma (rho * radius sigma (norm F ^ 2)) ((1 + rho) * alpha * Lambda1)
    (e0 alpha rho nu k eta D sigma) (e1 alpha rho Lambda1 nu k eta D sigma) (e2 alpha eta D)
    (norm F ^ 2) Y (inner dir v).
Proof.
  intros Hr Ha HL Hn HD Hs Hx v u Y k eta Hd O Short Descent G E B Parts Leaves Bv Orth P1 P2 Rem.
  apply (feasible_of_near F (plus b e) n dir); auto.
  apply (near_but_for_squares F n b e bv bn rem u0 p1 p2); auto.
Qed.
