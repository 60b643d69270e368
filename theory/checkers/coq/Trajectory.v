(** From a trajectory to the master theorem: staleness, drift, descent.

    Everything is assumed of the weights that are met, nothing of weights that are not: [W h] are the weights
    after the history h, [gradient h] the gradient there, [fresh h i] the gradient of sample i there and
    [direction h i] the direction the step really takes.  The first is what theory speaks of, the last is what
    lags and the device make of it. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Master.
From Analog Require Sequences.
Import ListNotations.
Local Open Scope R_scope.

(** An M x M matrix applied to the vector of stage norms. *)
Definition sensitivity_of (M : nat) (S : nat -> nat -> R) (y : nat -> R) : euclid M :=
  fun i => sum M (fun j => S i j * y j).

(** Lambda bounds the spectral norm of S Diag(c). *)
Definition delay_constant (M : nat) (S : nat -> nat -> R) (c : nat -> R) (Lambda : R) : Prop :=
  forall y : euclid M, norm (sensitivity_of M S (fun j => c j * y j)) <= Lambda * norm y.

(** Read an equation between elements of weights as one between reals. *)
Ltac reals := match goal with |- @eq _ ?x ?y => change (@eq R x y) end; simpl.

Section trajectory.
  Variable P : sampler.
  Variables (M : nat) (size : nat -> nat) (K : nat).
  Let V : space := weights M size.
  Variable W : history -> V.
  Variable gradient : history -> V.
  Variables fresh direction : history -> nat -> V.
  Variable alpha : R.
  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis alpha_pos : 0 < alpha.

  (** * The sequences of docs/theory.md#space *)

  Definition at_sample (X : history -> nat -> V) : process P K V :=
    fun h => match h with [] => zero | i :: h => X h i end.

  Definition F : process P K V := at_sample (fun h _ => gradient h).
  Definition n : process P K V := at_sample (fun h i m c => fresh h i m c - gradient h m c).
  Definition b : process P K V := at_sample (fun h i m c => direction h i m c - fresh h i m c).
  Definition e : process P K V :=
    at_sample (fun h i m c => (W h m c - W (i :: h) m c) / alpha - direction h i m c).
  Definition error : process P K V := plus b e.
  Definition v : process P K V := plus F error.
  Definition step : process P K V := scal (- alpha) (plus v n).

  (** A, the quantity every bound is about: the average expected squared gradient norm. *)
  Definition mean_squared_gradient : R :=
    / INR K * sum K (fun k => mean P k (fun h => inner (gradient h) (gradient h))).

  (** What is met: the history before a step that is taken. *)
  Definition met (h : history) : Prop := reachable P h /\ (length h < K)%nat.

  Lemma taken_cons h : taken P K h -> exists i h', h = i :: h' /\ met h' /\ reachable P (i :: h').
  Proof.
    intros [R L]. destruct h as [|i h]; [simpl in L; lia|].
    exists i, h. split; [reflexivity|]. split; [|exact R]. split; [apply R|]. simpl in L. lia.
  Qed.

  Lemma step_is_the_move h i m c : step (i :: h) m c = W (i :: h) m c - W h m c.
  Proof. unfold step, v, error, F, n, b, e. reals. field. lra. Qed.

  Lemma step_at_start m c : step [] m c = 0.
  Proof. unfold step, v, error, F, n, b, e. reals. ring. Qed.

  Lemma v_at_start m c : v [] m c = 0.
  Proof. unfold v, error, F, b, e. reals. ring. Qed.

  Lemma A_is_norm : mean_squared_gradient = norm F ^ 2.
  Proof.
    rewrite norm_sq. unfold mean_squared_gradient. rewrite <- average_before.
    apply apply_ext. intros h H. destruct (taken_cons h H) as (i & h' & -> & _). reflexivity.
  Qed.

  (** * Noise *)

  Hypothesis unbiased : forall h m c, met h -> conditional P (fun h => n h m c) h = 0.

  Lemma stage_noise m : martingale_difference P K (H := euclid (size m)) (fun h => n h m).
  Proof.
    apply lift_difference. intros c _. apply real_difference. intros h R L. exact (unbiased h m c (conj R L)).
  Qed.

  Lemma noise : martingale_difference P K (H := V) n.
  Proof. apply lift_difference. intros m _. apply stage_noise. Qed.

  Lemma F_known : known P K V 1 F.
  Proof. exists (fun _ h => gradient h). intros h T. destruct (taken_cons h T) as (i & h' & -> & _). reflexivity. Qed.

  Lemma gradient_orthogonal_to_noise : inner F n = 0.
  Proof. exact (Sequences.known_orthogonal P K n F noise F_known). Qed.

  Variable sigma : R.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis variance : forall h, met h -> conditional P (fun h => inner (n h) (n h)) h <= sigma ^ 2.

  Lemma noise_bound : norm n <= sigma.
  Proof.
    apply norm_le; [exact sigma_nonneg|]. apply (Sequences.average_conditional P K _ _ K_pos).
    intros h R L. exact (variance h (conj R L)).
  Qed.

  (** * Stages *)

  Definition stage (X : process P K V) (m : nat) : process P K (euclid (size m)) := fun h => X h m.

  (** The vector of stage norms. *)
  Definition stage_norms (X : process P K V) : euclid M := fun m => norm (stage X m).

  Lemma norm_stage_norms X : norm (stage_norms X) = norm X.
  Proof.
    unfold norm. f_equal.
    transitivity (sum M (fun m => inner (stage X m) (stage X m))).
    - apply sum_ext. intros m _. rewrite <- (norm_sq (stage X m)).
      change (norm (stage X m) * norm (stage X m) = norm (stage X m) ^ 2). ring.
    - symmetry. apply (apply_sum (average P K) M (fun m h => inner (X h m) (X h m))).
  Qed.

  Lemma stage_noise_bound m s :
    0 <= s ->
    (forall h, met h -> conditional P (fun h => inner (n h m : euclid (size m)) (n h m)) h <= s ^ 2) ->
    stage_norms n m <= s.
  Proof.
    intros Hs Var. apply norm_le; [exact Hs|]. apply (Sequences.average_conditional P K _ _ K_pos).
    intros h R L. exact (Var h (conj R L)).
  Qed.

  Variable d : nat -> nat.

  (** How far stage m has moved since the weights were read that its forward pass used. *)
  Definition moved : process P K V := at_sample (fun h _ m c => W h m c - W (skipn (d m) h) m c).

  Lemma vsum_at N (f : nat -> process P K V) h m c :
    vsum N (fun j => stage (f j) m) h c = sum N (fun j => f j h m c).
  Proof. induction N as [|N IH]; simpl; [reflexivity|]. now rewrite IH. Qed.

  (** The move is the sum of the last d steps; before the start there were none. *)
  Lemma moved_is_window h m c : moved h m c = sum (d m) (fun j => step (skipn (S j) h) m c).
  Proof.
    destruct h as [|i h]; [rewrite sum_zero; [reflexivity|]; intros; rewrite skipn_nil; apply step_at_start|].
    change (moved (i :: h) m c) with (W h m c - W (skipn (d m) h) m c).
    rewrite <- (Ropp_involutive (sum _ _)).
    replace (W h m c - W (skipn (d m) h) m c) with (- (W (skipn (d m) h) m c - W (skipn 0 h) m c)) by (simpl; ring).
    f_equal. rewrite <- (sum_telescope (d m) (fun j => W (skipn j h) m c)).
    replace (- sum (d m) (fun j => step (skipn (S j) (i :: h)) m c))
      with (sum (d m) (fun j => (-1) * step (skipn (S j) (i :: h)) m c)) by (rewrite sum_scal; ring).
    apply sum_ext. intros j _. simpl (skipn (S j) (i :: h)).
    replace (skipn (S j) h) with (skipn 1 (skipn j h)) by (rewrite skipn_skipn; f_equal; lia).
    destruct (skipn j h) as [|x l]; [rewrite step_at_start; simpl; ring|].
    rewrite step_is_the_move. simpl. ring.
  Qed.

  Lemma stage_moved m : norm (stage moved m)
    = alpha * norm (plus (window P K (d m) (stage v m)) (window P K (d m) (stage n m))).
  Proof.
    set (wv := window P K (d m) (stage v m)). set (wn := window P K (d m) (stage n m)).
    rewrite <- (Rabs_pos_eq alpha), <- Rabs_Ropp, <- norm_scal by lra.
    apply lift_norm_ext. intros h _. apply apply_ext. intros c _.
    enough (E : moved h m c = - alpha * (wv h c + wn h c))
      by (change (moved h m c * moved h m c = - alpha * (wv h c + wn h c) * (- alpha * (wv h c + wn h c)));
          now rewrite E).
    rewrite moved_is_window. unfold wv, wn, window.
    rewrite (vsum_at (d m) (fun j => shift P K (S j) v)), (vsum_at (d m) (fun j => shift P K (S j) n)).
    rewrite <- sum_plus, <- sum_scal. apply sum_ext. reflexivity.
  Qed.

  (** With the noise kept in the step. *)
  Lemma stage_moved_whole m : norm (stage moved m) = alpha * norm (window P K (d m) (stage (plus v n) m)).
  Proof.
    set (w := window P K (d m) (stage (plus v n) m)).
    rewrite <- (Rabs_pos_eq alpha), <- Rabs_Ropp, <- norm_scal by lra.
    apply lift_norm_ext. intros h _. apply apply_ext. intros c _.
    enough (E : moved h m c = - alpha * w h c)
      by (change (moved h m c * moved h m c = - alpha * w h c * (- alpha * w h c)); now rewrite E).
    rewrite moved_is_window. unfold w, window. rewrite (vsum_at (d m) (fun j => shift P K (S j) (plus v n))).
    rewrite <- sum_scal. apply sum_ext. reflexivity.
  Qed.

  Lemma stage_at_start m : inner (stage v m []) (stage v m []) = 0.
  Proof.
    apply sum_zero. intros c _. change (v [] m c * v [] m c = 0). rewrite v_at_start. ring.
  Qed.

  Lemma whole_at_start m : inner (stage (plus v n) m []) (stage (plus v n) m []) = 0.
  Proof.
    apply sum_zero. intros c _. change ((v [] m c + 0) * (v [] m c + 0) = 0). rewrite v_at_start. ring.
  Qed.

  Lemma noise_at_start m (w : euclid (size m)) : inner (stage n m []) w = 0.
  Proof. apply sum_zero. intros c _. change (0 * w c = 0). ring. Qed.

  (** * Staleness *)

  Section sensitivity.
    Variable S : nat -> nat -> R.
    Hypothesis S_nonneg : forall i j, (i < M)%nat -> (j < M)%nat -> 0 <= S i j.
    Hypothesis stale : forall h i m, met h -> reachable P (i :: h) -> (m < M)%nat ->
      norm (b (i :: h) m : euclid (size m)) <= sum M (fun j => S m j * norm (moved (i :: h) j : euclid (size j))).

    Lemma sensitivity_mono (y z : euclid M) :
      (forall j, (j < M)%nat -> 0 <= y j <= z j) -> norm (sensitivity_of M S y) <= norm (sensitivity_of M S z).
    Proof.
      intros L. apply lift_norm_le. intros i Hi. unfold sensitivity_of. simpl.
      assert (P1 : 0 <= sum M (fun j => S i j * y j)).
      { apply sum_nonneg. intros j Hj. apply Rmult_le_pos; [now apply S_nonneg | now apply L]. }
      assert (P2 : sum M (fun j => S i j * y j) <= sum M (fun j => S i j * z j)).
      { apply sum_le. intros j Hj. apply Rmult_le_compat_l; [now apply S_nonneg | now apply L]. }
      apply Rmult_le_compat; assumption.
    Qed.

    (** How far the stages moved, as random sequences of numbers, and a row of S of them. *)
    Definition distance (j : nat) : process P K real_space := fun h => norm (moved h j : euclid (size j)).
    Definition row (m : nat) : process P K real_space := Sequences.row M (S m) distance.

    Lemma row_at m h : row m h = sum M (fun j => S m j * norm (moved h j : euclid (size j))).
    Proof.
      unfold row, Sequences.row. generalize M as N. intros N. induction N as [|N IH]; [reflexivity|].
      simpl (sum _ _). rewrite <- IH. reflexivity.
    Qed.

    Lemma norm_distance j : norm (distance j) = norm (stage moved j).
    Proof. apply (lift_norm_norm (average P K) (fun _ => euclid (size j)) (stage moved j)). Qed.

    Lemma pathwise m h : (m < M)%nat -> taken P K h -> norm (stage b m h) <= row m h.
    Proof.
      intros Hm H. destruct (taken_cons h H) as (i & h' & -> & Hm' & R). rewrite row_at. now apply stale.
    Qed.

    Lemma norm_by_stage X :
      norm ((fun m => stage X m) : lift (sum_functional M) (fun m => process P K (euclid (size m)))) = norm X.
    Proof.
      unfold norm. f_equal. symmetry. apply (apply_sum (average P K) M (fun m h => inner (X h m) (X h m))).
    Qed.

    Lemma alpha_nonneg : 0 <= alpha.
    Proof. lra. Qed.

    Variables Lambda1 nu : R.
    Hypothesis coherent_delay : delay_constant M S (fun m => INR (d m)) Lambda1.

    (** By Minkowski alone: the whole step pays the factor d. *)
    Theorem staleness_coherent : norm b <= alpha * (Lambda1 * norm (plus v n)).
    Proof.
      rewrite <- norm_by_stage.
      apply (Sequences.staleness_whole P K M (fun j => euclid (size j)) (fun j => stage (plus v n) j) d
        (stage_norms (plus v n)) alpha alpha_nonneg (fun j _ => whole_at_start j) (fun j _ => Rle_refl _)
        (sum_functional M) (fun m => euclid (size m))) with (pi := row) (S := S) (omega := fun _ => distance).
      - exact S_nonneg.
      - intros m j _ _. rewrite norm_distance. apply Req_le, stage_moved_whole.
      - intros m h Hm. now apply pathwise.
      - reflexivity.
      - rewrite <- (norm_stage_norms (plus v n)). apply coherent_delay.
    Qed.

    (** The part of the last steps that the noise made, as the stages feel it. *)
    Hypothesis martingale_delay :
      norm (sensitivity_of M S (fun m => sqrt (INR (d m)) * stage_norms n m)) <= nu.

    Theorem staleness : norm b <= alpha * (Lambda1 * norm v + nu).
    Proof.
      rewrite <- norm_by_stage.
      apply (Sequences.staleness P K M (fun j => euclid (size j)) (fun j => stage v j) (fun j => stage n j) d
        (stage_norms v) (stage_norms n) alpha alpha_nonneg (fun j _ => stage_at_start j) (fun j _ => Rle_refl _)
        (fun j _ => noise_at_start j) (fun j _ => stage_noise j) (fun j _ => Rle_refl _)
        (sum_functional M) (fun m => euclid (size m))) with (pi := row) (S := S) (omega := fun _ => distance).
      - exact S_nonneg.
      - intros m j _ _. rewrite norm_distance. apply Req_le, stage_moved.
      - intros m h Hm. now apply pathwise.
      - reflexivity.
      - rewrite <- (norm_stage_norms v). apply coherent_delay.
      - exact martingale_delay.
    Qed.

  End sensitivity.

  (** * Drift *)

  (** Whatever way the staleness is bounded: *)
  Variables Lambda1 nu : R.
  Hypothesis stale_at_most : norm b <= alpha * (Lambda1 * norm v + nu).

  Variable rho : R.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis drift : forall h i m c, met h -> reachable P (i :: h) -> (m < M)%nat -> (c < size m)%nat ->
    Rabs (e (i :: h) m c) <= rho * Rabs (direction h i m c).

  Lemma norm_pointwise h : taken P K h -> norm (e h) <= rho * norm (plus (plus (F h) (n h)) (b h)).
  Proof.
    intros H. rewrite <- (Rabs_pos_eq rho rho_nonneg) at 1. rewrite <- norm_scal. apply sqrt_le_1_alt.
    destruct (taken_cons h H) as (i & h' & -> & Hm & R).
    apply sum_le. intros m Lm. apply sum_le. intros c Lc. pose proof (drift h' i m c Hm R Lm Lc) as D.
    replace (scal rho (plus (plus (F (i :: h')) (n (i :: h'))) (b (i :: h'))) m c) with (rho * direction h' i m c).
    2:{ unfold F, n, b. reals. ring. }
    change (e (i :: h') m c * e (i :: h') m c <= rho * direction h' i m c * (rho * direction h' i m c)).
    apply Rsqr_le_abs_1. now rewrite Rabs_mult, (Rabs_pos_eq rho).
  Qed.

  Let q := (1 + rho) * alpha * Lambda1.
  Let qn := (1 + rho) * alpha * nu.

  (** The error of the direction, lag and device together. *)
  Theorem error_bound : norm error <= eta sigma rho q qn mean_squared_gradient (norm v).
  Proof.
    pose proof (Sequences.error_at_most P K F n b e rho rho_nonneg noise sigma _ F_known
      (Sequences.square_at_most _ _ noise_bound) stale_at_most norm_pointwise) as E.
    rewrite A_is_norm. unfold eta, q, qn, error. lra.
  Qed.

  (** * Descent *)

  Variable value : history -> R.
  Variables L lower : R.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis bounded_below : forall h, reachable P h -> length h = K -> lower <= value h.
  Let p := (value [] - lower) / (alpha * INR K).

  Lemma mean_below : lower <= mean P K value.
  Proof. rewrite <- (mean_const P K lower). apply mean_le. intros h [R E]. now apply bounded_below. Qed.

  Lemma step_seen h w : inner (F h) (step h) + w = - alpha * (inner (F h) (v h) + inner (F h) (n h)) + w.
  Proof.
    change (step h) with (scal (- alpha) (plus (v h) (n h))). now rewrite inner_scal_r, inner_plus_r.
  Qed.

  (** Sum a descent inequality along the path; [curve h] measures the second-order term of the step after h. *)
  Lemma telescoped (curve : history -> R) :
    (forall h i, met h -> reachable P (i :: h) ->
      value (i :: h) <= value h + inner (gradient h) (step (i :: h)) + curve (i :: h)) ->
    inner F v <= p + / alpha * average P K curve.
  Proof.
    intros descent. apply (Sequences.telescoped P K value lower K_pos mean_below F v n alpha alpha_pos
      gradient_orthogonal_to_noise).
    intros h H. destruct (taken_cons h H) as (i & h' & -> & Hm & R). pose proof (descent h' i Hm R) as D.
    pose proof (step_seen (i :: h') (curve (i :: h'))) as E. change (F (i :: h')) with (gradient h') in *.
    simpl (tl _). lra.
  Qed.

  Hypothesis smooth : forall h i, met h -> reachable P (i :: h) ->
    value (i :: h) <= value h + inner (gradient h) (step (i :: h)) + L / 2 * inner (step (i :: h)) (step (i :: h)).

  Lemma smooth_seen h : taken P K h -> value h <= value (tl h) - alpha * (inner (F h) (v h) + inner (F h) (n h))
    + L / 2 * (alpha ^ 2 * norm (plus (v h) (n h)) ^ 2).
  Proof.
    intros H. destruct (taken_cons h H) as (i & h' & -> & Hm & R). pose proof (smooth h' i Hm R) as D.
    pose proof (step_seen (i :: h') 0) as E. change (F (i :: h')) with (gradient h') in *. simpl (tl _).
    rewrite norm_sq. change (step (i :: h')) with (scal (- alpha) (plus (v (i :: h')) (n (i :: h')))) in D at 2 3.
    rewrite inner_scal, inner_scal_r in D. lra.
  Qed.

  Theorem telescope : inner F v <= p + alpha * L / 2 * norm (plus v n) ^ 2.
  Proof.
    exact (Sequences.telescope P K value lower K_pos mean_below F v n alpha L alpha_pos gradient_orthogonal_to_noise
      smooth_seen).
  Qed.

  (** The direction of F, known with it. *)
  Lemma direction_known : known P K V 1 (scal (/ norm F) F).
  Proof. destruct F_known as [Y E]. exists (fun k h => scal (/ norm F) (Y k h)). intros h T. simpl.
  now rewrite (E h T). Qed.

  (** Theorem 1 along a trajectory. *)
  Theorem trajectory_sharp :
    exists Y a, feasible p (alpha * L) sigma rho q qn mean_squared_gradient Y a.
  Proof.
    rewrite A_is_norm. exists (norm v), (inner (scal (/ norm F) F) v).
    apply (Sequences.run_sharp P K value lower K_pos mean_below F n b e (scal (/ norm F) F)); auto using
      noise, F_known, direction_known, norm_pointwise, smooth_seen, Sequences.square_at_most, noise_bound.
    apply direction_of_F.
  Qed.
End trajectory.
