(** Analog-SGD-AP on a network: gradient, smoothness and staleness are consequences of the network here.

    N samples with probabilities pr; the objective is the mean loss of the network's outputs.  Assumed of the network:
    the activations and the losses are differentiable, and their slopes, the inputs and the weights' spectral norms
    are bounded.  Proved:

      - the mean of the back-propagated directions is the objective's gradient ([network_gradient]);
      - on the weights within their spectral bounds it is L-Lipschitz with L = norm2 S_full ([network_smooth]), so the
        objective is L-smooth there ([network_descent]);
      - Theorem 1 ([network_sharp]) and Theorem 2 ([network_explicit], [network_explicit_by_stage]) for a run of
        Analog-SGD-AP that stays within these bounds, with the run's saturation and noise variance;
      - Theorem 2 with nothing assumed of the run ([network_certified]): the stage data bound its noise, and K
        short steps keep its weights within bounds. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Master Trajectory Descent Device Training AnalogSGD
  Batch Matrix Network Backprop Sensitivity.
Import ListNotations.
Local Open Scope R_scope.

(** Independent draws. *)
Definition independent N pr (nonneg : forall i, 0 <= pr i) (total : sum N pr = 1) : sampler :=
  Sampler N (fun _ => pr) (fun _ => nonneg) (fun _ => total).

Lemma reachable_skipn P j : forall h, reachable P h -> reachable P (skipn j h).
Proof. induction j as [|j IH]; intros [|i h] R; simpl; auto. apply IH. apply R. Qed.

Section network_sgd.
  Variable N : nat.
  Variable pr : nat -> R.
  Hypothesis pr_nonneg : forall i, 0 <= pr i.
  Hypothesis pr_total : sum N pr = 1.
  Let P := independent N pr pr_nonneg pr_total.

  (* the network *)
  Variable M : nat.
  Variable width : nat -> nat.
  Variables phi dphi : nat -> R -> R.
  Variables p0 p1 l0 l1 X : R.
  Variable w : nat -> R.
  Variable cap : nat -> option R.
  Hypothesis p0_nonneg : 0 <= p0.
  Hypothesis p1_nonneg : 0 <= p1.
  Hypothesis l0_nonneg : 0 <= l0.
  Hypothesis l1_nonneg : 0 <= l1.
  Hypothesis X_nonneg : 0 <= X.
  Hypothesis w_nonneg : forall m, 0 <= w m.
  Hypothesis phi_zero : forall m, phi m 0 = 0.
  Hypothesis slopes : forall m z, derivable_pt_lim (phi m) z (dphi m z).
  Hypothesis dphi_bound : forall m a, Rabs (dphi m a) <= p0.
  Hypothesis dphi_lipschitz : forall m a b, Rabs (dphi m a - dphi m b) <= p1 * Rabs (a - b).
  Hypothesis capped : forall m c, cap m = Some c ->
    forall z : euclid (width (S m)), norm ((fun i => phi m (z i)) : euclid (width (S m))) <= c.

  (* the samples: inputs, losses of the output and their gradients; [reached] bounds the outputs *)
  Variable x0 : nat -> euclid (width 0).
  Variable ell : nat -> euclid (width M) -> R.
  Variable loss : nat -> euclid (width M) -> euclid (width M).
  Let reached : R := forward_bound p0 X w cap M.
  Hypothesis input_bound : forall i, norm (x0 i) <= X.
  Hypothesis loss_gradient : forall i, differentiable (width M) (ell i) (loss i).
  Hypothesis loss_bound : forall i y, norm y <= reached -> norm (loss i y) <= l0.
  Hypothesis loss_lipschitz : forall i y z, norm y <= reached -> norm z <= reached ->
    norm (minus (loss i y) (loss i z)) <= l1 * norm (minus y z).

  Let V : space := weights M (size width).
  Definition objective (W : V) : R := sum N (fun i => pr i * ell i (act M width phi (x0 i) W M)).
  Definition pass (U W : V) (i : nat) : V := direction M width phi dphi (x0 i) (loss i) U W.
  Definition full_gradient (W : V) : V := mean_vector N pr (pass W W).
  Let inside : V -> Prop := bounded M width w.
  Let S := sensitivity M p0 p1 l0 l1 X w cap.

  (** Backpropagation gives the gradient. *)
  (* Claim: network.gradient *)
  Theorem network_gradient (D : V -> Prop) : has_gradient D objective full_gradient.
  Proof. apply mean_gradient. intros i _. now apply backpropagation. Qed.

  Let phi_lipschitz m : forall a b, Rabs (phi m a - phi m b) <= p0 * Rabs (a - b).
  Proof. now apply (slope_lipschitz (phi m) (dphi m)). Qed.

  Let cap_nonneg m c : cap m = Some c -> 0 <= c.
  Proof. intros E. apply Rle_trans with (2 := capped m c E (fun _ => 0)), norm_nonneg. Qed.

  Variable L : R.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis spectral_L : delay_constant M (S 1) (fun _ => 1) L.

  (** L = norm2 S_full. *)
  Theorem network_smooth : lipschitz inside full_gradient L.
  Proof.
    intros U W HU HW.
    set (D := fun i => scal (pr i) (minus (pass U U i) (pass W W i))).
    assert (At : forall n m c, (vsum n D : V) m c = sum n (fun i => pr i * (pass U U i m c + -1 * pass W W i m c))).
    { intros n m c. induction n as [|n IH]; [reflexivity|]. simpl (sum _ _). rewrite <- IH. reflexivity. }
    apply Rle_trans with (norm (vsum N D)).
    - apply Req_le, lift_norm_ext. intros m _. apply apply_ext. intros c _.
      assert (E : minus (full_gradient U) (full_gradient W) m c = (vsum N D : V) m c).
      { rewrite At.
        change (full_gradient U m c + -1 * full_gradient W m c
          = sum N (fun i => pr i * (pass U U i m c + -1 * pass W W i m c))).
        unfold full_gradient, mean_vector. rewrite <- sum_scal, <- sum_plus. apply sum_ext. intros. ring. }
      now rewrite E.
    - apply Rle_trans with (1 := norm_vsum _ _).
      apply Rle_trans with (sum N (fun i => L * norm (minus U W) * pr i)).
      + apply sum_le. intros i _. unfold D. rewrite norm_scal, Rabs_pos_eq, Rmult_comm by apply pr_nonneg.
        apply Rmult_le_compat_r; [apply pr_nonneg|].
        apply (sample_smooth M width phi dphi p0 p1 l0 l1 X w cap); auto.
      + rewrite sum_scal, pr_total. lra.
  Qed.

  Lemma bounded_convex U W t : inside U -> inside W -> 0 <= t <= 1 -> inside (fun m c => U m c + t * (W m c - U m c)).
  Proof.
    intros HU HW Ht m Hm x.
    apply Rle_trans with
      (norm (scal (1 - t) (apply_rows (width m) (of_stage M width U m) x : euclid (width (Datatypes.S m))))
       + norm (scal t (apply_rows (width m) (of_stage M width W m) x : euclid (width (Datatypes.S m))))).
    - apply euclid_split. intros i _.
      set (u := of_stage M width U m i). set (u' := of_stage M width W m i).
      change (sum (width m) (fun j => (u j + t * (u' j - u j)) * x j)
        = (1 - t) * sum (width m) (fun j => u j * x j) + t * sum (width m) (fun j => u' j * x j)).
      rewrite <- sum_combine. apply sum_ext. intros. ring.
    - rewrite !norm_scal, !Rabs_pos_eq by lra.
      pose proof (Rmult_le_compat_l (1 - t) _ _ ltac:(lra) (HU m Hm x)).
      pose proof (Rmult_le_compat_l t _ _ ltac:(lra) (HW m Hm x)). lra.
  Qed.

  (** L-smooth between any two weights within the bounds. *)
  Theorem network_descent U W : inside U -> inside W ->
    objective W <= objective U + inner (full_gradient U) (minus W U) + L / 2 * norm (minus W U) ^ 2.
  Proof.
    intros HU HW.
    assert (At : forall t, line U (minus W U) t = (fun m c => U m c + t * (W m c - U m c))).
    { intros t. apply weights_eq. intros m c. unfold line, minus. reals. ring. }
    pose proof (descent inside objective full_gradient L (network_gradient inside) network_smooth U (minus W U)) as D.
    rewrite norm_sq.
    replace (line U (minus W U) 1) with W in D by (rewrite At; apply weights_eq; intros; symmetry; reals; ring).
    replace (line U (minus W U) 0) with U in D by (rewrite At; apply weights_eq; intros; symmetry; reals; ring).
    apply D. intros t Ht. rewrite At. now apply bounded_convex.
  Qed.

  (** * Noise *)

  (** D_m X_m, which no direction of stage m exceeds. *)
  Definition longest (m : nat) : R := backward_bound M p0 l0 w (M - 1 - m) * forward_bound p0 X w cap m.

  Lemma longest_nonneg m : 0 <= longest m.
  Proof. apply Rmult_le_pos; [now apply backward_bound_nonneg | now apply forward_bound_nonneg]. Qed.

  Lemma pass_bounded U W i m : inside U -> inside W -> (m < M)%nat ->
    norm (pass U W i m : euclid (size width m)) <= longest m.
  Proof. intros HU HW Hm. apply (direction_bounded M width phi dphi p0 l0 X w cap); auto. Qed.

  (** The variance is at most the mean square, so at most what the longest directions allow. *)
  Theorem network_variance h W : inside W ->
    given P h (fun i => norm (minus (pass W W i) (full_gradient W)) ^ 2) <= sum M (fun m => longest m ^ 2).
  Proof.
    intros In. set (g := pass W W). set (F := full_gradient W).
    assert (Square : forall i, norm (g i) ^ 2 <= sum M (fun m => longest m ^ 2)).
    { intros i. rewrite norm_sq. apply sum_le. intros m Hm. rewrite <- norm_sq.
      apply pow_incr. split; [apply norm_nonneg | now apply pass_bounded]. }
    assert (Mean : sum N (fun i => pr i * inner (g i) F) = inner F F) by (symmetry; apply inner_mean).
    apply Rle_trans with (sum N (fun i => sum M (fun m => longest m ^ 2) * pr i)); [|rewrite sum_scal, pr_total; lra].
    apply Rle_trans with (sum N (fun i => pr i * norm (g i) ^ 2) + -2 * inner F F + inner F F * sum N pr).
    - rewrite <- Mean at 1. rewrite <- !sum_scal, <- !sum_plus. apply Req_le, sum_ext. intros i _.
      change (pr i * norm (minus (g i) F) ^ 2 = pr i * norm (g i) ^ 2 + -2 * (pr i * inner (g i) F) + inner F F * pr i).
      rewrite !norm_sq. unfold minus. rewrite inner_line. ring.
    - rewrite pr_total. pose proof (inner_pos F).
      assert (sum N (fun i => pr i * norm (g i) ^ 2) <= sum N (fun i => sum M (fun m => longest m ^ 2) * pr i)).
      { apply sum_le. intros i _. rewrite Rmult_comm. apply Rmult_le_compat_r; auto. }
      lra.
  Qed.

  (** * The run *)

  Variables alpha tau rho sigma lower Lambda1 Lambdah : R.
  Variable K : nat.
  Variable d : nat -> nat.
  Variable W : history -> V.
  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis tau_pos : 0 < tau.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis Lambdah_nonneg : 0 <= Lambdah.
  Hypothesis analog_sgd_ap : run (ald tau) alpha (fun h i => pass (late d W h) (W h) i) W.
  Hypothesis bounded_below : forall i y, lower <= ell i y.
  Hypothesis coherent_delay : delay_constant M (S 0) (fun m => INR (d m)) Lambda1.
  Hypothesis martingale_delay : delay_constant M (S 0) (fun m => sqrt (INR (d m))) Lambdah.

  Let A := average_squared_gradient P M (size width) K full_gradient W.
  Let p := (objective (W []) - lower) / (alpha * INR K).
  Let q := (1 + rho) * alpha * Lambda1.
  Let qn := (1 + rho) * alpha * (Lambdah * sigma).

  Section run_within_bounds.
    Hypothesis stays_inside : forall h, reachable P h -> (length h <= K)%nat -> inside (W h).
    Hypothesis variance : forall h, met P K h ->
      given P h (fun i => norm (minus (pass (W h) (W h) i) (full_gradient (W h))) ^ 2) <= sigma ^ 2.
    Hypothesis saturation : forall h m c, met P K h -> (m < M)%nat -> (c < size width m)%nat ->
      Rabs (W h m c) <= rho * tau.

    Lemma late_inside h : met P K h -> inside (late d W h).
    Proof.
      intros [R Len] m Hm. apply (stays_inside (skipn (d m) h)); [now apply reachable_skipn | | exact Hm].
      rewrite skipn_length. lia.
    Qed.

    Lemma objective_below u : lower <= objective u.
    Proof.
      apply Rle_trans with (sum N (fun i => lower * pr i)); [rewrite sum_scal, pr_total; lra|].
      apply sum_le. intros i _. rewrite Rmult_comm. now apply Rmult_le_compat_l.
    Qed.

    Lemma current_sensitivity_nonneg i j : (i < M)%nat -> (j < M)%nat -> 0 <= S 0 i j.
    Proof.
      intros _ _. apply (sensitivity_grows M p0 p1 l0 l1 X w cap p0_nonneg p1_nonneg l0_nonneg l1_nonneg X_nonneg
        w_nonneg cap_nonneg 0 0). lra.
    Qed.

    Lemma late_direction h i m : met P K h -> reachable P (i :: h) -> (m < M)%nat ->
      norm (minus (pass (late d W h) (W h) i) (pass (W h) (W h) i) m : euclid (size width m))
      <= sum M (fun j => S 0 m j * norm (minus (W h) (late d W h) j : euclid (size width j))).
    Proof.
      intros Met _ Hm. apply (stale_direction M width phi dphi p0 p1 l0 l1 X w cap); auto.
      - now apply late_inside.
      - destruct Met. apply stays_inside; [assumption | lia].
    Qed.

    Theorem network_sharp : exists Y a, feasible p (alpha * L) sigma rho q qn A Y a.
    Proof.
      apply (analog_sgd_ap_sharp P M (size width) K objective full_gradient inside pass W alpha tau)
        with (d := d) (S := S 0);
        auto using network_gradient, network_smooth, bounded_convex, objective_below, current_sensitivity_nonneg,
          late_direction.
    Qed.

    (* Claim: network.analog_sgd_ap *)
    Theorem network_explicit : domain (alpha * L) rho q -> A <= explicit p (alpha * L) sigma rho q qn.
    Proof.
      apply (analog_sgd_ap_explicit P M (size width) K objective full_gradient inside pass W alpha tau)
        with (d := d) (S := S 0);
        auto using network_gradient, network_smooth, bounded_convex, objective_below, current_sensitivity_nonneg,
          late_direction.
    Qed.

    (** The same with the stage-wise variances known: nu = norm (S Diag (sqrt d) s). *)
    Theorem network_explicit_by_stage (s : nat -> R) :
      (forall m, 0 <= s m) ->
      (forall h m, met P K h -> (m < M)%nat ->
        given P h (fun i => norm (minus (pass (W h) (W h) i) (full_gradient (W h)) m : euclid (size width m)) ^ 2)
        <= s m ^ 2) ->
      let nu := norm (sensitivity_of M (S 0) (fun m => sqrt (INR (d m)) * s m)) in
      domain (alpha * L) rho q -> A <= explicit p (alpha * L) sigma rho q ((1 + rho) * alpha * nu).
    Proof.
      intros Hs By nu.
      apply (analog_sgd_ap_explicit_by_stage P M (size width) K objective full_gradient inside pass W alpha tau)
        with (d := d) (S := S 0);
        auto using network_gradient, network_smooth, bounded_convex, objective_below, current_sensitivity_nonneg,
          late_direction.
    Qed.
  End run_within_bounds.

  (** * Nothing assumed of the run

      With weights between -r and r at the start, K steps of the longest directions come so little far that the
      saturation is at most rho; and while it is, spectral norms stay below w and directions are no longer than that. *)

  Section certified.
    Variable r : R.
    Hypothesis start : forall m c, (m < M)%nat -> (c < size width m)%nat -> Rabs (W [] m c) <= r.
    Hypothesis fits : forall m, (m < M)%nat -> rho * tau * sqrt (INR (size width m)) <= w m.
    Hypothesis far : forall m, (m < M)%nat -> r + INR K * (alpha * (1 + rho) * longest m) <= rho * tau.
    Hypothesis noise : sum M (fun m => longest m ^ 2) <= sigma ^ 2.

    Let travelled (h : history) (m : nat) : R := r + INR (length h) * (alpha * (1 + rho) * longest m).

    Let travelled_at_most h m : (m < M)%nat -> (length h <= K)%nat -> travelled h m <= rho * tau.
    Proof.
      intros Hm Len. apply Rle_trans with (2 := far m Hm).
      apply Rplus_le_compat_l, Rmult_le_compat_r; [|now apply le_INR].
      apply Rmult_le_pos; [apply Rmult_le_pos; lra | apply longest_nonneg].
    Qed.

    Let near (h : history) : Prop :=
      forall m c, (m < M)%nat -> (c < size width m)%nat -> Rabs (W h m c) <= travelled h m.

    Let near_inside U : (forall m, (m < M)%nat -> exists h, near h /\ (length h <= K)%nat /\ U m = W h m) -> inside U.
    Proof.
      intros Kept. apply (saturated_bounded M width w U (rho * tau)); [apply Rmult_le_pos; lra | exact fits|].
      intros m c Hm Hc. destruct (Kept m Hm) as (h & Near & Len & ->).
      apply Rle_trans with (1 := Near m c Hm Hc). now apply travelled_at_most.
    Qed.

    (** One step, from weights that have come no further than their number of steps allows. *)
    Let step_near i h :
      (length h < K)%nat -> (forall j, near (skipn j h)) -> near (i :: h).
    Proof.
      intros Len Before m c Hm Hc. rewrite analog_sgd_ap. set (g := pass (late d W h) (W h) i m c).
      assert (Short : forall j, (length (skipn j h) <= K)%nat) by (intros; rewrite skipn_length; lia).
      assert (Now : near h) by apply (Before 0%nat).
      assert (Small : Rabs g <= longest m).
      { apply Rle_trans with (norm (pass (late d W h) (W h) i m : euclid (size width m)));
          [now apply (coordinate_le (size width m))|].
        apply pass_bounded; [| |exact Hm]; apply near_inside; intros m' Hm'.
        - exists (skipn (d m') h). auto.
        - exists h. auto with arith. }
      assert (Step : Rabs (ald tau (W h m c) (- alpha * g) - W h m c) <= alpha * (1 + rho) * longest m).
      { apply Rle_trans with (alpha * (1 + rho) * Rabs g).
        - apply step_bound; [exact tau_pos | lra|]. apply Rle_trans with (1 := Now m c Hm Hc).
          apply travelled_at_most; [exact Hm | lia].
        - apply Rmult_le_compat_l; [apply Rmult_le_pos; lra | exact Small]. }
      pose proof (Now m c Hm Hc) as From. unfold travelled in *. simpl length. rewrite S_INR.
      set (w' := ald tau (W h m c) (- alpha * g)) in *.
      pose proof (Rabs_triang (w' - W h m c) (W h m c)) as T.
      replace (w' - W h m c + W h m c) with w' in T by ring. lra.
    Qed.

    Lemma always_near n : forall h, (length h <= n)%nat -> (n <= K)%nat -> near h.
    Proof.
      assert (Start : near []).
      { intros m c Hm Hc. unfold travelled. simpl. rewrite Rmult_0_l, Rplus_0_r. now apply start. }
      induction n as [|n IH]; intros [|i h] Len Hn; try exact Start; [simpl in Len; lia|]. simpl in Len.
      apply step_near; [lia|]. intros j. apply IH; [rewrite skipn_length|]; lia.
    Qed.

    Theorem certified_saturation h m c :
      (length h <= K)%nat -> (m < M)%nat -> (c < size width m)%nat -> Rabs (W h m c) <= rho * tau.
    Proof.
      intros Len Hm Hc. apply Rle_trans with (1 := always_near K h Len (Nat.le_refl K) m c Hm Hc).
      now apply travelled_at_most.
    Qed.

    Lemma certified_inside h : (length h <= K)%nat -> inside (W h).
    Proof. intros Len. apply near_inside. intros m Hm. exists h. auto using (always_near K). Qed.

    Theorem network_certified : domain (alpha * L) rho q -> A <= explicit p (alpha * L) sigma rho q qn.
    Proof.
      apply network_explicit.
      - intros h _. apply certified_inside.
      - intros h [_ Len]. apply Rle_trans with (2 := noise), network_variance, certified_inside. lia.
      - intros h m c [_ Len]. apply certified_saturation. lia.
    Qed.
  End certified.
End network_sgd.

Print Assumptions network_certified.
