(** Azuma's and Hoeffding's inequality for a sum of martingale differences that may be stopped, over all steps at once
    (docs/theory.md#tube.a_priori): how seldom a run leaves a tube. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation.
Import ListNotations.
Local Open Scope R_scope.

(** * One difference *)

(** exp lies below its chords. *)
Lemma exp_convex w y z : 0 <= w <= 1 -> exp ((1 - w) * y + w * z) <= (1 - w) * exp y + w * exp z.
Proof.
  intros W. set (x := (1 - w) * y + w * z).
  assert (Tangent : forall v, exp x * (1 + (v - x)) <= exp v).
  { intros v. replace (exp v) with (exp x * exp (v - x)) by (rewrite <- exp_plus; f_equal; ring).
    apply Rmult_le_compat_l; [left; apply exp_pos|].
    destruct (Req_dec (v - x) 0) as [Z|Z]; [rewrite Z, exp_0; lra | left; now apply exp_ineq1]. }
  pose proof (Rmult_le_compat_l (1 - w) _ _ ltac:(lra) (Tangent y)).
  pose proof (Rmult_le_compat_l w _ _ ltac:(lra) (Tangent z)).
  assert (Sum : exp x = (1 - w) * (exp x * (1 + (y - x))) + w * (exp x * (1 + (z - x)))) by (unfold x; ring).
  lra.
Qed.

(** A derivative that is not negative. *)
Lemma grows (g dg : R -> R) x y :
  (forall t, derivable_pt_lim g t (dg t)) -> x <= y -> (forall t, x <= t <= y -> 0 <= dg t) -> g x <= g y.
Proof.
  intros D [L|E] P; [|rewrite E; lra].
  destruct (MVT_cor2 g dg x y L ltac:(intros; apply D)) as (c & E & C).
  assert (0 <= dg c * (y - x)) by (apply Rmult_le_pos; [apply P; lra | lra]). lra.
Qed.

(** (1 - p) exp(- p h) + p exp((1 - p) h) <= exp(h^2/8). *)
Section two_points.
  Variable p : R.
  Hypothesis p_range : 0 <= p <= 1.

  Let m (h : R) : R := 1 - p + p * exp h.
  Let g (h : R) : R := h ^ 2 / 8 + p * h - ln (m h).
  Let dg (h : R) : R := h / 4 + p - p * exp h / m h.
  Let ddg (h : R) : R := / 4 - (p * exp h / m h) * (1 - p * exp h / m h).

  Lemma mixture_pos h : 0 < m h.
  Proof.
    unfold m. pose proof (exp_pos h). destruct (Req_dec p 0) as [->|N]; [lra|].
    assert (0 < p * exp h) by (apply Rmult_lt_0_compat; lra). lra.
  Qed.

  Lemma m_derivative h : derivable_pt_lim m h (p * exp h).
  Proof.
    unfold m. replace (p * exp h) with (0 + p * exp h) by ring.
    apply (derivable_pt_lim_plus (fct_cte (1 - p)) (mult_real_fct p exp));
      [apply derivable_pt_lim_const | apply derivable_pt_lim_scal, derivable_pt_lim_exp].
  Qed.

  Lemma g_derivative h : derivable_pt_lim g h (dg h).
  Proof.
    unfold g, dg.
    replace (h / 4 + p - p * exp h / m h) with ((/ 8 * (2 * h) + p * 1) - / m h * (p * exp h))
      by (field; apply Rgt_not_eq, mixture_pos).
    apply (derivable_pt_lim_minus (fun h => h ^ 2 / 8 + p * h) (fun h => ln (m h))).
    - apply (derivable_pt_lim_plus (fun h => h ^ 2 / 8) (mult_real_fct p id)).
      + replace (fun h => h ^ 2 / 8) with (mult_real_fct (/ 8) Rsqr).
        * apply derivable_pt_lim_scal, derivable_pt_lim_Rsqr.
        * unfold mult_real_fct, Rsqr, Rdiv. apply FunctionalExtensionality.functional_extensionality.
          intros. simpl. ring.
      + apply derivable_pt_lim_scal, derivable_pt_lim_id.
    - apply (derivable_pt_lim_comp m ln); [apply m_derivative | apply derivable_pt_lim_ln, mixture_pos].
  Qed.

  Lemma dg_derivative h : derivable_pt_lim dg h (ddg h).
  Proof.
    pose proof (mixture_pos h) as P. unfold dg, ddg.
    replace (/ 4 - p * exp h / m h * (1 - p * exp h / m h))
      with ((/ 4 * 1 + 0) - (p * exp h * m h - p * exp h * (p * exp h)) / (m h)²) by (unfold Rsqr; field; lra).
    apply (derivable_pt_lim_minus (fun h => h / 4 + p) (fun h => p * exp h / m h)).
    - apply (derivable_pt_lim_plus (fun h => h / 4) (fct_cte p)); [|apply derivable_pt_lim_const].
      replace (fun h => h / 4) with (mult_real_fct (/ 4) id).
      + apply derivable_pt_lim_scal, derivable_pt_lim_id.
      + unfold mult_real_fct, id, Rdiv. apply FunctionalExtensionality.functional_extensionality. intros. ring.
    - apply (derivable_pt_lim_div (mult_real_fct p exp) m); [|apply m_derivative | lra].
      apply derivable_pt_lim_scal, derivable_pt_lim_exp.
  Qed.

  Lemma ddg_nonneg h : 0 <= ddg h.
  Proof.
    unfold ddg. set (u := p * exp h / m h). pose proof (pow2_ge_0 (u - / 2)). lra.
  Qed.

  Lemma g_nonneg h : 0 <= g h.
  Proof.
    assert (G0 : g 0 = 0) by (unfold g, m; rewrite exp_0; replace (1 - p + p * 1) with 1 by ring; rewrite ln_1; lra).
    assert (D0 : dg 0 = 0) by (unfold dg, m; rewrite exp_0; field; lra).
    destruct (Rle_dec 0 h) as [N|N].
    - rewrite <- G0. apply (grows g dg); [exact g_derivative | exact N|]. intros t T. rewrite <- D0.
      apply (grows dg ddg); [exact dg_derivative | lra|]. intros. apply ddg_nonneg.
    - rewrite <- G0. assert (L : - g h <= - g 0); [|lra].
      apply (grows (fun t => - g t) (fun t => - dg t)); [|lra|].
      + intros t. apply (derivable_pt_lim_opp g), g_derivative.
      + intros t T. assert (dg t <= dg 0); [|lra].
        apply (grows dg ddg); [exact dg_derivative | lra|]. intros. apply ddg_nonneg.
  Qed.

  Lemma mixture_below h : m h <= exp (h ^ 2 / 8 + p * h).
  Proof.
    pose proof (g_nonneg h) as G. unfold g in G. rewrite <- (exp_ln (m h) (mixture_pos h)).
    destruct (Rle_lt_or_eq_dec (ln (m h)) (h ^ 2 / 8 + p * h)) as [L|E]; [lra | left; now apply exp_increasing|].
    rewrite E. lra.
  Qed.
End two_points.

(** Hoeffding's lemma, for any average: values in an interval of length c, of mean 0. *)
Theorem hoeffding_lemma {T} (E : functional T) (X : T -> R) a c s :
  (forall k, E (fun _ => k) = k) -> E X = 0 -> (forall t, support E t -> a <= X t <= a + c) -> 0 < c ->
  E (fun t => exp (s * X t)) <= exp (s ^ 2 * c ^ 2 / 8).
Proof.
  intros Const Zero In Hc.
  assert (A : a <= 0 <= a + c).
  { pose proof (apply_le E (fun _ => a) X (fun t Ht => proj1 (In t Ht))) as L1.
    pose proof (apply_le E X (fun _ => a + c) (fun t Ht => proj2 (In t Ht))) as L2.
    rewrite Const, Zero in L1. rewrite Const, Zero in L2. lra. }
  assert (Share : forall v, a <= v <= a + c -> 0 <= (v - a) / c <= 1).
  { intros v V. split; [apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat]|].
    apply Rmult_le_reg_r with c; [exact Hc|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. }
  set (p := (0 - a) / c). pose proof (Share 0 A) as P. fold p in P.
  apply Rle_trans with (E (fun t => (exp (s * (a + c)) - exp (s * a)) / c * X t
    + ((1 - p) * exp (s * a) + p * exp (s * (a + c))))).
  - apply apply_le. intros t Ht. pose proof (exp_convex ((X t - a) / c) (s * a) (s * (a + c)) (Share _ (In t Ht))) as V.
    replace ((1 - (X t - a) / c) * (s * a) + (X t - a) / c * (s * (a + c))) with (s * X t) in V by (field; lra).
    apply Rle_trans with (1 := V), Req_le. unfold p. field. lra.
  - rewrite (apply_plus E (fun t => (exp (s * (a + c)) - exp (s * a)) / c * X t)), apply_scal, Zero, Const.
    pose proof (mixture_below p P (s * c)) as B. pose proof (exp_pos (s * a)) as Pos.
    apply Rle_trans with (exp (s * a) * (1 - p + p * exp (s * c))).
    + apply Req_le. replace (s * (a + c)) with (s * a + s * c) by ring. rewrite exp_plus. ring.
    + apply Rle_trans with (exp (s * a) * exp ((s * c) ^ 2 / 8 + p * (s * c))).
      * apply Rmult_le_compat_l; lra.
      * rewrite <- exp_plus. apply Req_le. f_equal. unfold p. field. lra.
Qed.

(** * Sums *)

Section sums.
  Variables (P : sampler) (K : nat).
  (** the difference that the sample at the head of the history brings *)
  Variable d : history -> R.
  Hypothesis centred : forall h, reachable P h -> (length h < K)%nat -> conditional P d h = 0.
  (** its range given the past: an interval of a length that is known from the start *)
  Variable c : nat -> R.
  Variable low : history -> R.
  Hypothesis c_pos : forall k, (k < K)%nat -> 0 < c k.
  Hypothesis ranges : forall h i, reachable P (i :: h) -> (length h < K)%nat ->
    low h <= d (i :: h) <= low h + c (length h).

  Fixpoint total (h : history) : R := match h with [] => 0 | i :: l => total l + d (i :: l) end.

  (** whether the sum has reached r at some step so far; it is stopped there *)
  Variable r : R.
  Fixpoint reached (h : history) : bool :=
    match h with [] => if Rle_dec r 0 then true else false
    | i :: l => if reached l then true else if Rle_dec r (total (i :: l)) then true else false end.
  Fixpoint stopped (h : history) : R :=
    match h with [] => 0 | i :: l => if reached l then stopped l else total (i :: l) end.

  Lemma stopped_is h : reached h = false -> stopped h = total h.
  Proof. destruct h as [|i l]; [reflexivity|]. simpl. destruct (reached l); [discriminate | reflexivity]. Qed.

  Lemma stopped_above h : reached h = true -> r <= stopped h.
  Proof.
    induction h as [|i l IH]; simpl.
    - destruct (Rle_dec r 0); [auto | discriminate].
    - destruct (reached l) eqn:E; [auto|]. destruct (Rle_dec r (total l + d (i :: l))); [auto | discriminate].
  Qed.

  (** the squares of the ranges, times s^2/8 *)
  Fixpoint energy (k : nat) : R := match k with O => 0 | S k => energy k + c k ^ 2 end.

  Lemma energy_nonneg k : 0 <= energy k.
  Proof. induction k as [|k IH]; simpl; [lra|]. pose proof (pow2_ge_0 (c k)). simpl in *. lra. Qed.

  Lemma moment s k : (k <= K)%nat -> mean P k (fun h => exp (s * stopped h)) <= exp (s ^ 2 * energy k / 8).
  Proof.
    induction k as [|k IH]; intros L.
    - simpl. right. f_equal. field.
    - simpl mean. apply Rle_trans with (mean P k (fun h => exp (s ^ 2 * c k ^ 2 / 8) * exp (s * stopped h))).
      + apply mean_le. intros h [Rh Lh]. unfold conditional.
        destruct (reached h) eqn:E.
        * rewrite (apply_ext (given P h) _ (fun _ => exp (s * stopped h))) by (intros i _; simpl; now rewrite E).
          rewrite given_const. rewrite <- (Rmult_1_l (exp (s * stopped h))) at 1.
          apply Rmult_le_compat_r; [left; apply exp_pos|].
          assert (0 <= s ^ 2 * c k ^ 2 / 8)
            by (pose proof (Rmult_le_pos _ _ (pow2_ge_0 s) (pow2_ge_0 (c k))); lra).
          destruct (Req_dec (s ^ 2 * c k ^ 2 / 8) 0) as [Z|Z]; [rewrite Z, exp_0; lra|].
          pose proof (exp_ineq1 _ Z). lra.
        * rewrite (apply_ext (given P h) _ (fun i => exp (s * total h) * exp (s * d (i :: h))))
            by (intros i _; simpl; rewrite E, <- exp_plus; f_equal; ring).
          rewrite apply_scal, (stopped_is h E), (Rmult_comm (exp (s ^ 2 * c k ^ 2 / 8))).
          apply Rmult_le_compat_l; [left; apply exp_pos|].
          apply (hoeffding_lemma (given P h) (fun i => d (i :: h)) (low h)).
          -- intros. apply given_const.
          -- apply centred; [exact Rh | lia].
          -- intros i [Hi Pi]. rewrite <- Lh. apply ranges; [simpl; auto | lia].
          -- apply c_pos. lia.
      + rewrite (mean_scal P k). apply Rle_trans with (exp (s ^ 2 * c k ^ 2 / 8) * exp (s ^ 2 * energy k / 8)).
        * apply Rmult_le_compat_l; [left; apply exp_pos | apply IH; lia].
        * rewrite <- exp_plus. right. f_equal. simpl. field.
  Qed.

  (** The probability that the sum reaches r at any of the first K steps. *)
  Definition chance_reached : R := mean P K (fun h => if reached h then 1 else 0).

  Theorem azuma_hoeffding : 0 < r -> 0 < energy K -> chance_reached <= exp (- (2 * r ^ 2 / energy K)).
  Proof.
    intros Hr He. set (s := 4 * r / energy K).
    assert (Hs : 0 < s) by (unfold s; apply Rmult_lt_0_compat; [lra | now apply Rinv_0_lt_compat]).
    apply Rle_trans with (exp (- (s * r)) * mean P K (fun h => exp (s * stopped h))).
    - unfold chance_reached. rewrite <- (mean_scal P K). apply mean_le. intros h _. rewrite <- exp_plus.
      destruct (reached h) eqn:E; [|left; apply exp_pos].
      pose proof (Rmult_le_compat_l s _ _ ltac:(lra) (stopped_above h E)) as B.
      destruct (Req_dec (- (s * r) + s * stopped h) 0) as [Z|Z]; [rewrite Z, exp_0; lra|].
      pose proof (exp_ineq1 _ Z). lra.
    - apply Rle_trans with (exp (- (s * r)) * exp (s ^ 2 * energy K / 8)).
      + apply Rmult_le_compat_l; [left; apply exp_pos | now apply moment].
      + rewrite <- exp_plus. right. f_equal. unfold s. field. lra.
  Qed.
End sums.

(** At some step so far: what [reached] says. *)
Lemma reached_at_some_step d r h : reached d r h = true <-> exists j, r <= total d (skipn j h).
Proof.
  split.
  - induction h as [|i l IH]; simpl.
    + destruct (Rle_dec r 0); [|discriminate]. intros _. now exists 0%nat.
    + destruct (reached d r l); [intros _; destruct (IH eq_refl) as [j J]; now exists (S j)|].
      destruct (Rle_dec r (total d l + d (i :: l))) as [L|]; [|discriminate]. intros _. exists 0%nat. exact L.
  - intros [j J]. revert j J. induction h as [|i l IH]; intros j J; simpl.
    + rewrite skipn_nil in J. simpl in J. now destruct (Rle_dec r 0).
    + destruct j as [|j]; simpl in J.
      * destruct (reached d r l); [reflexivity|]. now destruct (Rle_dec r (total d l + d (i :: l))).
      * now rewrite (IH j J).
Qed.

(** * A tube that is left only if a sum is large *)

Section tube.
  Variables (P : sampler) (K : nat).
  (** whether the weights after a history are in the region of their step *)
  Variable inside : history -> bool.
  Hypothesis starts : inside [] = true.
  Fixpoint stays (h : history) : bool :=
    match h with [] => inside [] | i :: l => if stays l then inside (i :: l) else false end.

  (** n elements, what the sample of a step brings to each beside its mean, and the ranges of that in the region *)
  Variable n : nat.
  Variable omega : nat -> history -> R.
  Variable c : nat -> nat -> R.
  Variable low : nat -> history -> R.
  Hypothesis centred : forall j h, (j < n)%nat -> reachable P h -> (length h < K)%nat -> stays h = true ->
    conditional P (omega j) h = 0.
  Hypothesis c_pos : forall j k, (j < n)%nat -> (k < K)%nat -> 0 < c j k.
  Hypothesis ranges : forall j h i, (j < n)%nat -> reachable P (i :: h) -> (length h < K)%nat -> stays h = true ->
    low j h <= omega j (i :: h) <= low j h + c j (length h).

  (** what is summed: until the region is left *)
  Definition noise (j : nat) (h : history) : R :=
    match h with [] => 0 | i :: l => if stays l then omega j (i :: l) else 0 end.

  (** As long as the sums are less than r, the region maps into itself. *)
  Variable r : nat -> R.
  Hypothesis r_pos : forall j, (j < n)%nat -> 0 < r j.
  Hypothesis into_itself : forall h i, reachable P (i :: h) -> (length h < K)%nat -> stays h = true ->
    (forall j, (j < n)%nat -> Rabs (total (noise j) (i :: h)) < r j) -> inside (i :: h) = true.

  Definition ind (b : bool) : R := if b then 1 else 0.
  Definition large (h : history) : R :=
    sum n (fun j => ind (reached (noise j) (r j) h) + ind (reached (fun h => - noise j h) (r j) h)).

  Lemma ind_nonneg b : 0 <= ind b.
  Proof. destruct b; simpl; lra. Qed.

  Lemma reached_later d s i l : ind (reached d s l) <= ind (reached d s (i :: l)).
  Proof. simpl. destruct (reached d s l); [lra | apply ind_nonneg]. Qed.

  Lemma total_opp d h : total (fun h => - d h) h = - total d h.
  Proof. induction h as [|i l IH]; simpl; [ring | rewrite IH; ring]. Qed.

  Lemma one_of_sum m f j : (j < m)%nat -> (forall i, (i < m)%nat -> 0 <= f i) -> f j <= sum m f.
  Proof.
    induction m as [|m IH]; intros L Pos; [lia|]. simpl. pose proof (Pos m ltac:(lia)).
    destruct (Nat.eq_dec j m) as [->|N].
    - assert (0 <= sum m f) by (apply sum_nonneg; intros; apply Pos; lia). lra.
    - assert (f j <= sum m f) by (apply IH; [lia | intros; apply Pos; lia]). lra.
  Qed.

  Lemma some_large m (t s : nat -> R) :
    (forall j, (j < m)%nat -> Rabs (t j) < s j) \/ (exists j, (j < m)%nat /\ s j <= Rabs (t j)).
  Proof.
    induction m as [|m [IH|(j & L & J)]]; [left; intros; lia | | right; exists j; split; [lia | exact J]].
    destruct (Rlt_le_dec (Rabs (t m)) (s m)) as [L|L]; [left | right; exists m; split; [lia | exact L]].
    intros j Hj. destruct (Nat.eq_dec j m) as [->|N]; [exact L | apply IH; lia].
  Qed.

  Lemma left_only_if_large h : reachable P h -> (length h <= K)%nat -> 1 - ind (stays h) <= large h.
  Proof.
    assert (Pos : forall h, 0 <= large h).
    { intros l. apply sum_nonneg. intros. pose proof (ind_nonneg (reached (noise i) (r i) l)).
      pose proof (ind_nonneg (reached (fun h => - noise i h) (r i) l)). lra. }
    induction h as [|i l IH]; intros Rh L.
    - simpl. rewrite starts. simpl. pose proof (Pos []). lra.
    - destruct (stays l) eqn:E.
      + destruct (inside (i :: l)) eqn:I; [simpl stays; rewrite E, I; simpl; pose proof (Pos (i :: l)); lra|].
        simpl stays. rewrite E, I. simpl (ind false).
        destruct (some_large n (fun j => total (noise j) (i :: l)) r) as [S|(j & Hj & J)].
        * rewrite (into_itself l i Rh ltac:(simpl in L; lia) E S) in I. discriminate.
        * assert (B : 1 <= ind (reached (noise j) (r j) (i :: l))
            + ind (reached (fun h => - noise j h) (r j) (i :: l))).
          { destruct (Rle_dec 0 (total (noise j) (i :: l))) as [N|N].
            - rewrite (proj2 (reached_at_some_step (noise j) (r j) (i :: l))).
              + pose proof (ind_nonneg (reached (fun h => - noise j h) (r j) (i :: l))). simpl (ind true). lra.
              + exists 0%nat. simpl skipn. now rewrite <- (Rabs_pos_eq _ N).
            - rewrite (proj2 (reached_at_some_step (fun h => - noise j h) (r j) (i :: l))).
              + pose proof (ind_nonneg (reached (noise j) (r j) (i :: l))). simpl (ind true). lra.
              + exists 0%nat. simpl skipn. rewrite total_opp. rewrite Rabs_left in J by lra. exact J. }
          unfold large. apply Rle_trans with (2 := one_of_sum n (fun j => ind (reached (noise j) (r j) (i :: l))
            + ind (reached (fun h => - noise j h) (r j) (i :: l))) j Hj ltac:(intros k _;
            pose proof (ind_nonneg (reached (noise k) (r k) (i :: l)));
            pose proof (ind_nonneg (reached (fun h => - noise k h) (r k) (i :: l))); lra)). lra.
      + simpl stays. rewrite E. simpl (ind false). apply Rle_trans with (large l).
        * destruct Rh as (_ & _ & Rl). pose proof (IH Rl ltac:(simpl in L; lia)) as Q. simpl in Q. exact Q.
        * apply sum_le. intros j _. pose proof (reached_later (noise j) (r j) i l).
          pose proof (reached_later (fun h => - noise j h) (r j) i l). lra.
  Qed.

  (** The probability of having left the region before the end. *)
  (* Claim: tube.a_priori *)
  Theorem tube_a_priori :
    (forall j, (j < n)%nat -> 0 < energy (c j) K) ->
    mean P K (fun h => 1 - ind (stays h)) <= sum n (fun j => 2 * exp (- (2 * r j ^ 2 / energy (c j) K))).
  Proof.
    intros He. apply Rle_trans with (mean P K large).
    - apply mean_le. intros h [Rh L]. apply left_only_if_large; [exact Rh | lia].
    - change (mean P K large) with (expectation P K large). unfold large.
      rewrite (apply_sum (expectation P K) n
        (fun j h => ind (reached (noise j) (r j) h) + ind (reached (fun h => - noise j h) (r j) h))).
      apply sum_le. intros j Hj. rewrite (apply_plus (expectation P K) (fun h => ind (reached (noise j) (r j) h))).
      assert (Zero : forall h, reachable P h -> (length h < K)%nat -> conditional P (noise j) h = 0).
      { intros h Rh L. unfold conditional. simpl noise. destruct (stays h) eqn:E; [|apply given_const].
        exact (centred j h Hj Rh L E). }
      pose proof (azuma_hoeffding P K (noise j) Zero (c j) (fun h => if stays h then low j h else 0)
        (fun k => c_pos j k Hj)) as Up.
      assert (One : expectation P K (fun h => ind (reached (noise j) (r j) h))
        <= exp (- (2 * r j ^ 2 / energy (c j) K))).
      { apply Up; auto. intros h i Rh L. simpl noise. pose proof (c_pos j (length h) Hj L).
        destruct (stays h) eqn:E; [now apply ranges | lra]. }
      assert (Two : expectation P K (fun h => ind (reached (fun h => - noise j h) (r j) h))
        <= exp (- (2 * r j ^ 2 / energy (c j) K))).
      { apply (azuma_hoeffding P K (fun h => - noise j h)) with
          (low := fun h => if stays h then - (low j h + c j (length h)) else 0); auto.
        - intros h Rh L. rewrite <- (Rmult_0_r (-1)), <- (Zero h Rh L). unfold conditional.
          rewrite <- apply_scal. apply apply_ext. intros. ring.
        - intros h i Rh L. simpl noise. pose proof (c_pos j (length h) Hj L).
          destruct (stays h) eqn:E; [pose proof (ranges j h i Hj Rh L E); lra | lra]. }
      lra.
  Qed.

  (** Radii for a probability delta of ever leaving. *)
  Corollary tube_left_seldom delta : (0 < n)%nat -> 0 < delta -> delta <= 1 ->
    (forall j, (j < n)%nat -> 0 < energy (c j) K) ->
    (forall j, (j < n)%nat -> r j = sqrt (/ 2 * ln (2 * INR n / delta) * energy (c j) K)) ->
    mean P K (fun h => 1 - ind (stays h)) <= delta.
  Proof.
    intros Hn Hd Hd1 He Radius. assert (N : 1 <= INR n) by (apply (le_INR 1); lia).
    assert (Ratio : 1 < 2 * INR n / delta).
    { apply Rmult_lt_reg_r with delta; [exact Hd|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. }
    assert (Log : 0 < ln (2 * INR n / delta)) by (rewrite <- ln_1; apply ln_increasing; lra).
    apply Rle_trans with (1 := tube_a_priori He).
    apply Rle_trans with (sum n (fun _ => delta / INR n)).
    - apply sum_le. intros j Hj. pose proof (He j Hj) as E. rewrite (Radius j Hj), pow2_sqrt
        by (apply Rmult_le_pos; [lra | lra]).
      replace (2 * (/ 2 * ln (2 * INR n / delta) * energy (c j) K) / energy (c j) K) with (ln (2 * INR n / delta))
        by (field; lra).
      rewrite exp_Ropp, exp_ln by lra. right. field. lra.
    - rewrite sum_const. right. field. lra.
  Qed.
End tube.
